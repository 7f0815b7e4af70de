"use strict";
// As much of a browser as page.js asks for: elements, simple selectors, events, the address. No layout, no network.
// `tree` (from Python) is the page; `globalThis` becomes its window.

const BOOLEANS = ["hidden", "open"];

class Text {
  constructor(text) {
    this.data = text;
  }
  get textContent() {
    return this.data;
  }
  remove() {
    this.parentElement.nodes.splice(this.parentElement.nodes.indexOf(this), 1);
  }
}

class Element {
  constructor(tag) {
    this.tag = tag;
    this.nodes = [];
    this.attributes = {};
    this.listeners = {};
    this.dataset = new Proxy(this, {
      get: (element, name) => element.attributes["data-" + name],
      set: (element, name, value) => ((element.attributes["data-" + name] = String(value)), true),
    });
  }
  getAttribute(name) {
    return name in this.attributes ? this.attributes[name] : null;
  }
  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }
  get className() {
    return this.attributes.class || "";
  }
  set className(value) {
    this.attributes.class = value;
  }
  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }
  get textContent() {
    return this.nodes.map((node) => node.textContent).join("");
  }
  set textContent(text) {
    this.replaceChildren(text);
  }
  get descendants() {
    return this.children.flatMap((child) => [child, ...child.descendants]);
  }
  get rows() {
    return this.descendants.filter((one) => one.tag === "tr");
  }
  get tBodies() {
    return this.children.filter((one) => one.tag === "tbody");
  }
  get elements() {
    const named = this.descendants.filter((one) => "name" in one.attributes);
    return Object.fromEntries(named.map((one) => [one.attributes.name, one]));
  }
  get name() {
    return this.attributes.name;
  }
  get nextSibling() {
    const { nodes } = this.parentElement;
    return nodes[nodes.indexOf(this) + 1] || null;
  }
  append(...added) {
    for (const one of added) {
      const node = one instanceof Element ? one : new Text(String(one));
      if (node.parentElement) node.remove();
      node.parentElement = this;
      this.nodes.push(node);
    }
  }
  replaceChildren(...added) {
    this.nodes = [];
    this.append(...added);
  }
  after(node) {
    const { nodes } = this.parentElement;
    node.parentElement = this.parentElement;
    nodes.splice(nodes.indexOf(this) + 1, 0, node);
  }
  remove() {
    Text.prototype.remove.call(this);
    this.parentElement = null;
  }
  matches(selector) {
    return selector.split(",").some((one) => fits(this, one.trim().split(/\s+/)));
  }
  closest(selector) {
    for (let at = this; at; at = at.parentElement) if (at.matches(selector)) return at;
    return null;
  }
  querySelectorAll(selector) {
    return this.descendants.filter((one) => one.matches(selector));
  }
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] || null;
  }
  addEventListener(type, listener) {
    (this.listeners[type] = this.listeners[type] || []).push(listener);
  }
  dispatch(type, more = {}) {
    const event = { type, target: this, preventDefault() {}, ...more };
    for (let at = this; at; at = at.parentElement) (at.listeners[type] || []).forEach((listener) => listener(event));
    (document.listeners[type] || []).forEach((listener) => listener(event));
  }
  scrollIntoView() {
    globalThis.inView = this.attributes.id;
  }
  focus() {}
  select() {}
}

for (const name of BOOLEANS) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return name in this.attributes;
    },
    set(value) {
      if (value) this.attributes[name] = "";
      else delete this.attributes[name];
    },
  });
}

// `steps`: compound selectors from the outermost to the element itself.
function fits(element, steps) {
  const [last, ...above] = [...steps].reverse();
  if (!fitsAlone(element, last)) return false;
  if (!above.length) return true;
  for (let at = element.parentElement; at; at = at.parentElement) if (fits(at, [...above].reverse())) return true;
  return false;
}

function fitsAlone(element, compound) {
  return compound.match(/[#.]?[\w-]+|\[[\w-]+\]/g).every((part) => {
    if (part[0] === "#") return element.attributes.id === part.slice(1);
    if (part[0] === ".") return element.className.split(" ").includes(part.slice(1));
    if (part[0] === "[") return part.slice(1, -1) in element.attributes;
    return element.tag === part;
  });
}

function build([tag, attributes, children]) {
  const element = new Element(tag);
  Object.assign(element.attributes, attributes);
  element.value = attributes.value || "";
  for (const child of children) element.append(typeof child === "string" ? child : build(child));
  return element;
}

class URLSearchParams {
  constructor(text = "") {
    const decode = (part) => decodeURIComponent(part.replace(/\+/g, " "));
    this.pairs = text.split("&").filter(Boolean).map((pair) => pair.split("=").map(decode));
  }
  get(name) {
    const found = this.pairs.find(([one]) => one === name);
    return found ? found[1] : null;
  }
  set(name, value) {
    this.pairs.push([name, value]);
  }
  toString() {
    return this.pairs.map((pair) => pair.map((part) => encodeURIComponent(part).replace(/%20/g, "+")).join("=")).join("&");
  }
}

const windowListeners = {};
const location = { hash: "", pathname: "/index.html", search: "" };
const visited = [];

function visit(address) {
  location.hash = address.startsWith("#") ? address : "";
}

const history = {
  pushState(state, title, address) {
    visited.push(location.hash);
    visit(address);
  },
  replaceState(state, title, address) {
    visit(address);
  },
};

function addEventListener(type, listener) {
  (windowListeners[type] = windowListeners[type] || []).push(listener);
}

// What a browser does where a link to a place on the page is followed, or where one goes back.
function follow(address) {
  visited.push(location.hash);
  visit(address);
  windowListeners.popstate.forEach((listener) => listener());
}

function back() {
  visit(visited.pop());
  windowListeners.popstate.forEach((listener) => listener());
}

const getSelection = () => ({ toString: () => "" });
const document = {
  listeners: {},
  createElement: (tag) => new Element(tag),
  createElementNS: (space, tag) => new Element(tag),
  addEventListener: Element.prototype.addEventListener,
};

function load(tree) {
  const root = build(tree);
  document.getElementById = (id) => root.descendants.find((one) => one.attributes.id === id) || null;
  document.querySelectorAll = (selector) => root.querySelectorAll(selector);
  document.querySelector = (selector) => root.querySelector(selector);
}
