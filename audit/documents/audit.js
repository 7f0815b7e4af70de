// Filters of the parity map, and folding of the call chain. Without them everything is shown.
(() => {
  const form = document.getElementById("filters");
  if (form) {
    const rows = [...document.querySelectorAll(".parity tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase() }));
    const show = () => {
      const query = form.elements.q.value.toLowerCase().trim();
      let shown = 0;
      for (const { row, text } of rows) {
        const visible =
          (!query || text.includes(query)) &&
          ["status", "area", "level"].every((name) => {
            const wanted = form.elements[name] ? form.elements[name].value : "";
            return !wanted || (row.dataset[name] || "").split(" ").includes(wanted);
          });
        row.hidden = !visible;
        shown += visible;
      }
      document.getElementById("shown").textContent = `${shown} of ${rows.length} symbols`;
      document.getElementById("clear").hidden = shown === rows.length;
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", show);
    document.getElementById("clear").addEventListener("click", () => {
      form.reset();
      show();
    });
    show();
  }
  for (const bar of document.querySelectorAll(".fold")) {
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const wanted = event.target.dataset.fold;
      if (!wanted) return;
      for (const one of bar.parentElement.querySelectorAll(".tree details")) one.open = wanted === "open";
    });
  }
  // What a link leads to is shown, folded or not.
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
})();
