'use strict';
// Texts come from outside. They are set as text, never as markup.
const LEVELS = ['none', 'read', 'write', 'unknown', 'privileged', 'admin'];
const LETTERS = ['·', 'R', 'W', '?', 'P', 'A'];
const DATA = JSON.parse(document.getElementById('data').textContent);
const MAIN = document.getElementById('main');

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === 'on') for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function counted(n, noun) {
  const number = n.toLocaleString('en');
  if (n === 1) return `${number} ${noun}`;
  return `${number} ${noun === 'person' ? 'people' : noun + 's'}`;
}

function tag(level) {
  return el('span', { class: `tag l${level}` }, `${LETTERS[level]} ${LEVELS[level]}`);
}

function table(caption, heads, rows, attributes) {
  return el('div', { class: 'scroll' }, el('table', attributes || {},
    el('caption', {}, caption),
    el('thead', {}, el('tr', {}, heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, at) =>
      el(at === 0 ? 'th' : 'td', at === 0 ? { scope: 'row' } : {}, cell)))))));
}

function tiles(list) {
  return el('ul', { class: 'tiles' }, list.filter(Boolean).map(([number, what, danger]) =>
    el('li', { class: danger && number ? 'danger' : null }, el('b', {}, typeof number === 'number' ? number.toLocaleString('en') : number), what)));
}

function banner(stop, title, lines) {
  return el('div', { class: stop ? 'banner stop' : 'banner', role: 'note' }, el('strong', {}, title),
    lines.length ? el('ul', {}, lines.map((line) => el('li', {}, line))) : null);
}

// 2026-11-27T04:24:18.320600841Z, as people read it.
function when(text) {
  const found = /^([0-9-]{10})T([0-9:]{8})/.exec(text || '');
  return found ? `${found[1]} ${found[2]} UTC` : text;
}

function few(names, most) {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more.toLocaleString('en')} more` : '');
}

// Calls once things have come to rest, so that typing stays quick.
function later(act) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(act, 60); };
}
