// Scores answers to items of QTI 3 by qti-components of Citolab, a player of web components, in
// the DOM of jsdom: node engine_qti_components.mjs FOLDER_WHERE_NPM_INSTALLED_BOTH
// It reads a JSON list of {"item": XML, "responses": [{NAME: value as PCI says it}]} and prints
// for each item the list of its scores; text instead of a list says why there is none.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'package.json'));
const { JSDOM, VirtualConsole } = require('jsdom');
const library = require.resolve('@citolab/qti-components/cdn/index.global.js');
const { window } = new JSDOM('<!doctype html><body></body>', {
  runScripts: 'outside-only',
  pretendToBeVisual: true,
  virtualConsole: new VirtualConsole(),
});
// What jsdom lacks: pop-ups, states that style sheets know, what a form is told of an element.
for (const name of ['showPopover', 'hidePopover', 'togglePopover']) {
  window.HTMLElement.prototype[name] ??= () => {};
}
const states = new WeakMap();
const internals = window.ElementInternals.prototype;
Object.defineProperty(internals, 'states', {
  get() {
    if (!states.has(this)) states.set(this, new Set());
    return states.get(this);
  },
});
for (const name of ['setFormValue', 'setValidity', 'checkValidity', 'reportValidity']) {
  internals[name] ??= () => true;
}
window.eval(readFileSync(library, 'utf8'));
const document = window.document;

/** The same tree as elements of a page, which are the player's components. */
function asPage(node) {
  if (node.nodeType === window.Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== window.Node.ELEMENT_NODE) return null;
  const made = document.createElement(node.localName);
  for (const one of node.attributes) {
    if (!one.name.includes(':') && one.name !== 'xmlns') made.setAttribute(one.name, one.value);
  }
  for (const child of node.childNodes) {
    const inside = asPage(child);
    if (inside) made.append(inside);
  }
  return made;
}

function plain(said) {
  const value = said.base ?? said.list;
  if (value === null || value === undefined) return null;
  const [inside] = Object.values(value);
  const word = (one) => (Array.isArray(one) ? one.join(' ') : String(one));
  if (said.list) return inside.map(word);
  return word(inside);
}

const ticks = async (count) => {
  for (let at = 0; at < count; at += 1) await new Promise((done) => setTimeout(done, 0));
};

async function scores({ item, responses }) {
  const parsed = new window.DOMParser().parseFromString(item, 'application/xml');
  const page = asPage(parsed.documentElement);
  document.body.append(page);
  await ticks(3);
  const told = responses.map((response) => {
    for (const [name, said] of Object.entries(response)) {
      page.updateResponseVariable(name, plain(said));
    }
    page.processResponse(true, false);
    return Number(page.getVariable('SCORE').value);
  });
  page.remove();
  return told;
}

const cases = JSON.parse(readFileSync(0, 'utf8'));
const all = [];
for (const one of cases) {
  all.push(await scores(one).catch((error) => `${error.name}: ${error.message}`));
}
process.stdout.write(JSON.stringify(all), () => process.exit(0));
