// Draws one check's view as elements. Text only ever goes in through textContent.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const child of children) element.append(child);
  return element;
}

// A row of the data as an object: `names` says what its places are.
function named(names, row) {
  return Object.fromEntries(names.map((name, place) => [name, row[place]]));
}

// The details of a check with the fields of views.py; null where the page had no room for them.
function readDetail(row, fields) {
  if (!row) return null;
  const detail = named(fields.detail, row);
  detail.comparisons = detail.comparisons.map((one) => named(fields.comparison, one));
  return detail;
}

function drawFacts(pairs, table) {
  const list = make("dl", "facts");
  for (let at = 0; at < pairs.length; at += 2) {
    list.append(make("div", "", make("dt", "", table[pairs[at]]), make("dd", "", table[pairs[at + 1]])));
  }
  return list;
}

function drawBar(share) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const bar = document.createElementNS(space, "rect");
  svg.setAttribute("viewBox", "0 0 100 8");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  bar.setAttribute("width", Math.max(100 * share, 0.8).toFixed(1));
  bar.setAttribute("height", "8");
  svg.append(bar);
  return svg;
}

function headCell(scope, text) {
  const cell = make("th", "", text);
  cell.scope = scope;
  return cell;
}

function drawHistogram(labels, counts) {
  const most = Math.max(...counts);
  const body = make("tbody", "");
  labels.forEach((label, place) => {
    const count = counts[place];
    if (!count) return;
    const bar = make("td", "", drawBar(count / most));
    body.append(make("tr", "", headCell("row", label), make("td", "", String(count)), bar));
  });
  const caption = make("caption", "", "Elements by distance in ULPs (bar length: share of the largest count)");
  const unseen = headCell("col", make("span", "unseen", "bar"));
  const head = make("thead", "", make("tr", "", headCell("col", "ULPs"), headCell("col", "elements"), unseen));
  return make("table", "ulps", caption, head, body);
}

function drawPicture(source, caption) {
  const image = make("img", "");
  image.src = source;
  image.alt = caption;
  return make("figure", "errors", image, make("figcaption", "", caption));
}

function drawList(className, texts) {
  return make("ul", className, ...texts.map((text) => make("li", "", text)));
}

function drawComparison({ title, ok, facts, labels, counts, picture, caption }, table) {
  const tag = make("span", "tag", (ok ? "✓ within" : "✗ beyond") + " tolerance");
  const beside = make("div", "beside", drawFacts(facts, table));
  if (counts.some((count) => count)) beside.append(drawHistogram(table[labels], counts));
  if (table[picture]) beside.append(drawPicture(table[picture], table[caption]));
  return make("div", "comparison " + (ok ? "good" : "bad"), make("p", "title", table[title] + " ", tag), beside);
}

function drawBlock(title, text) {
  const pre = make("pre", "", text);
  pre.tabIndex = 0;
  const block = make("details", "", make("summary", "", title), pre);
  block.open = title === "Message";
  return block;
}

function drawReproduce(lines) {
  const pre = make("pre", "", lines.join("\n"));
  pre.tabIndex = 0;
  const button = make("button", "copy", "Copy");
  button.type = "button";
  return make("div", "reproduce", make("p", "label", "Reproduce"), pre, button);
}

function drawDetail(check, table) {
  const box = make("div", "detail");
  const name = make("p", "where", make("code", "", check.id));
  const about = check.level + " " + check.clauses.join(", ");
  box.append(name, make("p", "", check.class ? check.class + ", " + about : about));
  if (check.message) box.append(make("p", "says", check.message));
  if (!check.detail) {
    box.append(make("p", "", "Details of this check are in events.jsonl beside this page."));
    return box;
  }
  const { hints, faults, facts, inputs, comparisons, blocks, reproduce } = check.detail;
  if (hints.length) box.append(drawList("hints", hints.map((place) => table[place])));
  if (faults.length) {
    box.append(make("p", "label", "Also wrong"), drawList("inputs", faults.map((place) => table[place])));
  }
  box.append(drawFacts(facts, table));
  if (inputs.length) {
    box.append(make("p", "label", "Inputs"), drawList("inputs", inputs.map((place) => table[place])));
  }
  for (const one of comparisons) box.append(drawComparison(one, table));
  for (let at = 0; at < blocks.length; at += 2) box.append(drawBlock(table[blocks[at]], table[blocks[at + 1]]));
  if (reproduce.length) box.append(drawReproduce(reproduce.map((place) => table[place].replaceAll("\u0001", check.id))));
  return box;
}
