// Filters over findings, the matrix and the list of checks, and the list itself, drawn a screenful at a time.
(() => {
  const SCREENFUL = 60;
  // How a column is drawn where its text is not its value: text or an element, of the check.
  const CELLS = {
    outcome: openButton,
    used: (check) => usedText(check.used),
    seconds: (check) => check.seconds.toPrecision(3),
  };

  const data = JSON.parse(document.getElementById("data").textContent);
  const { columns, outcomes, table } = data;
  const shown = columns.filter((column) => column.heading);
  const checks = data.checks.map((row) => {
    const check = {};
    columns.forEach(({ name, shared }, place) => (check[name] = shared ? table[row[place]] : row[place]));
    check.detail = readDetail(row[columns.length], data.fields);
    check.state = outcomes[check.outcome].state;
    check.id = check.id || [check.operation, check.kind, check.case, check.backend].join("/");
    check.areas = check.clauses.map((clause) => clause.split(".")[0]);
    check.text = [check.id, check.message, check.case, ...check.clauses].join(" ").toLowerCase();
    return check;
  });

  // Findings come first, in the order of the groups that stand above: so many checks belong to each.
  let first = 0;
  data.findings.forEach((size, number) => {
    for (const check of checks.slice(first, first + size)) check.finding = String(number);
    first += size;
  });

  // The first check of each finding, which is the one to show.
  const leads = new Map([...checks].reverse().map((check) => [check.finding, check]));

  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const body = list.tBodies[0];
  const more = document.getElementById("more");
  const only = document.getElementById("only");
  const clear = document.getElementById("clear");
  const matrixRows = [...document.querySelectorAll(".matrix tbody tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    clause: row.dataset.clause,
    idle: row.dataset.idle !== undefined,
    cells: [...row.querySelectorAll("td[data-label]")],
  }));
  const findings = [...document.querySelectorAll(".finding")];
  const levelGroups = [...document.querySelectorAll(".level-group")];
  let state = readState() || readStateOf(location.hash.slice(1));
  let matching = [];
  let drawn = 0;

  function readStateOf(at) {
    return Object.fromEntries([["at", at], ...FILTERS.map((name) => [name, ""])]);
  }

  function outcomeMatches(check) {
    return !state.outcome || state.outcome === (state.outcome === "bad" ? check.state : check.outcome);
  }

  function matches(check) {
    return (
      outcomeMatches(check) &&
      (!state.backend || check.backend === state.backend) &&
      (!state.operation || check.operation === state.operation) &&
      (!state.kind || check.kind === state.kind) &&
      (!state.class || check.class === state.class) &&
      (!state.level || check.level === state.level) &&
      (!state.clause || check.clauses.includes(state.clause)) &&
      (!state.area || check.areas.includes(state.area)) &&
      (!state.q || check.text.includes(state.q.toLowerCase().trim()))
    );
  }

  function filterFindings() {
    const reached = new Set(matching.map((check) => check.finding));
    let shown = 0;
    for (const row of findings) {
      row.hidden = isFiltered(state) && !reached.has(row.dataset.finding);
      shown += !row.hidden;
    }
    for (const group of levelGroups) group.hidden = [...group.querySelectorAll(".finding")].every((row) => row.hidden);
    document.getElementById("nothing").hidden = shown > 0 || findings.length === 0;
    return shown;
  }

  function filterMatrix() {
    const reached = new Set(matching.flatMap((check) => check.clauses));
    // What a check is filtered by, a clause is too: through the checks that cite it.
    const byCheck = state.outcome || state.operation || state.kind || state.class;
    const query = state.q.toLowerCase().trim();
    let shown = 0;
    for (const { row, text, clause, idle, cells } of matrixRows) {
      const visible =
        (!idle || state.clauses === "all" || clause === state.clause) &&
        (!state.area || row.dataset.area === state.area) &&
        (!state.level || row.dataset.level === state.level) &&
        (!state.clause || clause === state.clause) &&
        (!query || text.includes(query) || reached.has(clause)) &&
        (!byCheck || reached.has(clause));
      row.hidden = !visible;
      shown += visible;
      for (const cell of cells) cell.hidden = Boolean(state.backend) && cell.dataset.label !== state.backend;
    }
    for (const head of document.querySelectorAll(".matrix th[data-column]")) {
      head.hidden = Boolean(state.backend) && head.dataset.column !== state.backend;
    }
    return shown;
  }

  function usedText(used) {
    if (used === null) return "–";
    if (used === "inf") return "✗ not finite";
    if (used > 1) return "✗ " + used.toPrecision(3) + "x";
    return (used >= 0.1 ? (100 * used).toFixed(0) : String(Number((100 * used).toPrecision(2)))) + " %";
  }

  function openButton(check) {
    const button = make("button", "open", outcomes[check.outcome].symbol + " " + check.outcome);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", check.outcome + ", details of " + check.id);
    return button;
  }

  function drawCell(check, { name, heading, style }) {
    const made = make("td", name === "outcome" ? check.state : style, (CELLS[name] || ((one) => one[name]))(check));
    made.dataset.label = heading;
    made.setAttribute("role", "cell");
    return made;
  }

  function drawRow(check) {
    const row = make("tr", check.state, ...shown.map((column) => drawCell(check, column)));
    row.setAttribute("role", "row");
    row.check = check;
    return row;
  }

  function toggle(row) {
    const button = row.querySelector(".open");
    const opened = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) {
      row.nextSibling.remove();
      return;
    }
    const wide = make("td", "wide", drawDetail(row.check, table));
    wide.colSpan = shown.length;
    wide.setAttribute("role", "cell");
    const under = make("tr", "under", wide);
    under.setAttribute("role", "row");
    row.after(under);
  }

  function drawMore() {
    const next = matching.slice(drawn, drawn + SCREENFUL);
    body.append(...next.map(drawRow));
    drawn += next.length;
    more.hidden = drawn >= matching.length;
    more.textContent = `Show ${Math.min(SCREENFUL, matching.length - drawn)} more of ${matching.length}`;
  }

  function show() {
    for (const name of FILTERS) if (form.elements[name] && form.elements[name].value !== state[name]) {
      form.elements[name].value = state[name];
    }
    matching = checks.filter(matches);
    const found = filterFindings();
    const clauses = filterMatrix();
    body.replaceChildren();
    drawn = 0;
    drawMore();
    if (matching.length === 1) toggle(body.rows[0]);
    document.getElementById("status").textContent =
      `${found} of ${findings.length} findings, ${clauses} of ${matrixRows.length} clauses, ` +
      `${matching.length} of ${checks.length} checks`;
    only.hidden = !state.clause;
    only.textContent = `Clause ${state.clause} ×`;
    only.setAttribute("aria-label", `Remove the filter for clause ${state.clause}`);
    clear.hidden = !isFiltered(state);
  }

  // A finding whose details the page does not hold is drawn when it is opened.
  function fill(finding) {
    const box = finding.querySelector(".drawn");
    const check = leads.get(finding.dataset.finding);
    if (box && check && ![...box.children].some((one) => one.className === "detail")) box.append(drawDetail(check, table));
  }

  function go(target) {
    const element = target && document.getElementById(target);
    if (!element) return;
    if (element.hidden) {
      state = { ...readStateOf(target), clauses: state.clauses };
      saveState(state, false);
      show();
    }
    const fold = element.parentElement && element.parentElement.querySelector(".fold");
    for (const one of [element, fold]) if (one && one.matches("details")) one.open = true;
    if (element.matches(".finding")) fill(element);
    element.scrollIntoView();
  }

  function change(changes, step) {
    state = { ...state, at: "findings", ...changes };
    saveState(state, step);
    show();
  }

  function arrive() {
    const given = readState();
    if (given) state = given;
    else if (location.hash) {
      state.at = location.hash.slice(1);
      if (isFiltered(state)) saveState(state, false);
    } else state = readStateOf("");
    show();
    go(state.at);
  }

  async function copy(button) {
    const { link } = button.dataset;
    const source = link ? make("span", "unseen", location.href.split("#")[0] + "#" + link) : null;
    if (source) button.after(source);
    const shown = source || button.parentElement.querySelector("pre");
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(shown.textContent);
    } catch {
      // Not every browser gives a page from disk the clipboard: select, and let the old command do it.
      getSelection().selectAllChildren(shown);
      document.execCommand("copy");
    }
    if (source) source.remove();
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 1500);
  }

  const fold = document.getElementById("fold");
  fold.hidden = false;
  fold.open = isFiltered(state) || !globalThis.matchMedia || !matchMedia("(max-width: 48rem)").matches;
  list.hidden = false;
  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    change({ [event.target.name]: event.target.value }, event.target.name !== "q");
  });
  only.addEventListener("click", () => change({ clause: "" }, true));
  clear.addEventListener("click", () => change(readStateOf("findings"), true));
  more.addEventListener("click", drawMore);
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const row = event.target.closest("#list tbody tr");
    const copier = event.target.closest("button.copy");
    if (copier) copy(copier);
    else if (row && row.check && !getSelection().toString()) toggle(row);
  });
  for (const finding of findings) finding.addEventListener("toggle", () => finding.open && fill(finding));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    form.elements.q.focus();
    form.elements.q.select();
  });
  show();
  go(state.at);
})();
