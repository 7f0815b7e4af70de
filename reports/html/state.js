"use strict";
// What is filtered lives in the address, after the #: it can be sent, reloaded and stepped back through.
// `at` is the section in view. A plain #section (the page's own links) keeps the filters.
const FILTERS = ["q", "area", "level", "backend", "outcome", "operation", "class", "kind", "clauses", "clause"];

function readState() {
  const hash = location.hash.slice(1);
  if (!hash.includes("=")) return null;
  const given = new URLSearchParams(hash);
  const state = { at: given.get("at") || "" };
  for (const name of FILTERS) state[name] = given.get(name) || "";
  return state;
}

function hashOf(state) {
  const kept = new URLSearchParams();
  for (const name of ["at", ...FILTERS]) if (state[name]) kept.set(name, state[name]);
  const text = kept.toString();
  return text ? "#" + text : location.pathname + location.search;
}

function saveState(state, step) {
  // A choice is a step the back button undoes; typing is not.
  if (step) history.pushState(null, "", hashOf(state));
  else history.replaceState(null, "", hashOf(state));
}

// "clauses" shows more of the matrix, and filters nothing.
function isFiltered(state) {
  return FILTERS.some((name) => name !== "clauses" && state[name]);
}
