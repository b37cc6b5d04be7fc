const HEAD = DATA.head;
const levelAt = DATA.sets.map((set) => Math.max(LEVELS.indexOf(set[1]), 0));
const SHOWN = 200; // rows of a list before the rest is counted

// Grants, four numbers each, and who has which.
const G = Int32Array.from(DATA.grants);
const COUNT = G.length / 4;
DATA.grants = null;
const [A, S, T, W] = [0, 1, 2, 3];
const of = (grant, what) => G[grant * 4 + what];
const levelOf = (grant) => levelAt[of(grant, S)];
const status = (grant) => DATA.whys[of(grant, W)][0];
const byGroup = DATA.groups.map(() => []);
const byPerson = DATA.people.map(() => []);
const groupsOf = DATA.people.map(() => []);
for (let grant = 0; grant < COUNT; grant += 1) {
  const to = of(grant, T);
  (to & 1 ? byPerson : byGroup)[to >> 1].push(grant);
}
DATA.groups.forEach((group, at) => group[1].forEach((person) => groupsOf[person].push(at)));
const principal = (to) => (to & 1 ? `user:${DATA.people[to >> 1][0]}` : `group:${DATA.groups[to >> 1][0]}`);
const membersOf = (to) => (to & 1 ? [to >> 1] : DATA.groups[to >> 1][1]);
const personName = (at) => {
  const [name, display, kind] = DATA.people[at];
  return `${name}${display ? ` (${display})` : ''}${kind ? ` [${kind}]` : ''}`;
};
const grantsOfPerson = (at) => byPerson[at].concat(...groupsOf[at].map((group) => byGroup[group]));
const accountName = (at) => `${DATA.accounts[at][0]} (${DATA.accounts[at][1]})`;

// What is looked at: filters, and the rows and columns that pass.
const view = { mode: 'principals', rows: [], columns: [], words: '', places: '', least: 0, loose: false, order: 'danger' };
const active = (grant) => levelOf(grant) >= view.least && (!view.loose || status(grant) === 'unmanaged');
const cache = new Map();

// Of one row, the level in each account plus one (0: none of it), and whether something there is unmanaged.
function cells(row) {
  let found = cache.get(row.key);
  if (found) return found;
  const levels = new Uint8Array(DATA.accounts.length);
  const loose = new Uint8Array(DATA.accounts.length);
  for (const grant of row.grants()) {
    if (!active(grant)) continue;
    const account = of(grant, A);
    if (levelOf(grant) + 1 > levels[account]) levels[account] = levelOf(grant) + 1;
    if (status(grant) === 'unmanaged') loose[account] = 1;
  }
  found = { levels, loose };
  if (cache.size > 500) cache.delete(cache.keys().next().value);
  cache.set(row.key, found);
  return found;
}

const ALL = { principals: [], people: [] };
function makeRows() {
  DATA.groups.forEach((group, at) => {
    if (!byGroup[at].length) return;
    const kind = group[3] || (!group[2] ? 'members not read' : group[1].length ? '' : 'empty');
    ALL.principals.push({ key: `g${at}`, to: at * 2, name: `group:${group[0]}`, extra: kind || counted(group[1].length, 'person'), grants: () => byGroup[at] });
  });
  DATA.people.forEach((person, at) => {
    if (byPerson[at].length) ALL.principals.push({ key: `u${at}`, to: at * 2 + 1, name: `user:${person[0]}`, extra: person[2] || 'direct', grants: () => byPerson[at] });
    if (byPerson[at].length || groupsOf[at].some((group) => byGroup[group].length)) {
      ALL.people.push({ key: `p${at}`, to: at * 2 + 1, name: person[0], extra: person[2] || person[1] || '', grants: () => grantsOfPerson(at) });
    }
  });
  for (const row of [...ALL.principals, ...ALL.people]) row.text = `${row.name} ${row.extra}`.toLowerCase();
}

function choose() {
  cache.clear();
  const most = { group: new Int8Array(DATA.groups.length).fill(-1), person: new Int8Array(DATA.people.length).fill(-1), account: new Int8Array(DATA.accounts.length).fill(-1) };
  for (let grant = 0; grant < COUNT; grant += 1) {
    if (!active(grant)) continue;
    const [level, to, account] = [levelOf(grant), of(grant, T), of(grant, A)];
    const side = to & 1 ? most.person : most.group;
    if (level > side[to >> 1]) side[to >> 1] = level;
    if (level > most.account[account]) most.account[account] = level;
  }
  const rowLevel = (row) => {
    if (row.key[0] === 'g') return most.group[row.to >> 1];
    const own = most.person[row.to >> 1];
    return row.key[0] === 'u' ? own : groupsOf[row.to >> 1].reduce((best, group) => Math.max(best, most.group[group]), own);
  };
  const rows = [];
  for (const row of ALL[view.mode]) {
    row.level = rowLevel(row);
    if (row.level >= 0 && (!view.words || row.text.includes(view.words))) rows.push(row);
  }
  view.rows = view.order === 'danger' ? rows.sort((a, b) => b.level - a.level || (a.text < b.text ? -1 : 1)) : rows.sort((a, b) => (a.text < b.text ? -1 : 1));
  const columns = [];
  DATA.accounts.forEach((account, at) => {
    const text = `${account[0]} ${account[1]} ${account[2] || ''}`.toLowerCase();
    if (!view.places || text.includes(view.places)) columns.push(at);
  });
  const lower = DATA.accounts.map((account) => account[0].toLowerCase());
  const [name, ou] = [(at) => lower[at], (at) => DATA.accounts[at][2] || ''];
  const alphabet = (a, b) => (name(a) < name(b) ? -1 : 1);
  if (view.order === 'danger') columns.sort((a, b) => most.account[b] - most.account[a] || alphabet(a, b));
  else if (view.order === 'ou') columns.sort((a, b) => (ou(a) < ou(b) ? -1 : ou(a) > ou(b) ? 1 : alphabet(a, b)));
  else columns.sort(alphabet);
  view.columns = columns;
}

// The heat map: a grid whose rows and cells exist where they are seen.
const SIZE = 28;
const grid = { box: null, sizer: null, head: null, body: null, at: [0, 0], top: 150, left: 240, drawn: '' };

function makeGrid() {
  grid.left = innerWidth < 640 ? 132 : 260;
  grid.head = el('div', { class: 'gridhead', role: 'row', 'aria-rowindex': 1 });
  grid.body = el('div', { role: 'rowgroup' });
  grid.sizer = el('div', { class: 'sizer', role: 'presentation' }, grid.head, grid.body);
  grid.box = el('div', { class: 'grid', role: 'grid', id: 'grid', tabindex: 0, 'aria-label': 'Access level by row and account. Arrow keys move, Enter shows the paths.',
    on: { scroll: () => requestAnimationFrame(() => draw()), keydown: press, click: point, mousedown: () => { grid.pointing = true; }, focus: () => { if (!grid.pointing) draw(true); }, blur: () => { grid.pointing = false; draw(true); } } }, grid.sizer);
  return grid.box;
}

// Most cells are empty, and those exist only where the keyboard stands on them.
function cell(row, column, level, loose, here) {
  const one = document.createElement('div');
  one.className = `cell ${level < 0 ? 'empty' : `l${level}`}${loose ? ' loose' : ''}${here ? ' here' : ''}`;
  one.setAttribute('role', 'gridcell');
  one.setAttribute('aria-label', `${row.name} in ${accountName(column)}: ${level < 0 ? 'no access' : LEVELS[level]}${loose ? ', unmanaged' : ''}`);
  if (level >= 0) one.textContent = LETTERS[level];
  return one;
}

function draw(force) {
  const { box, head, body, sizer } = grid;
  const [rows, columns] = [view.rows, view.columns];
  const width = grid.left + columns.length * SIZE + 8;
  // What there is decides how much of it is seen.
  sizer.style.width = `${width}px`;
  sizer.style.height = `${grid.top + rows.length * SIZE}px`;
  const [w, h] = [box.clientWidth, box.clientHeight];
  const first = Math.max(Math.floor(box.scrollTop / SIZE) - 2, 0);
  const last = Math.min(Math.ceil((box.scrollTop + h - grid.top) / SIZE) + 2, rows.length);
  const from = Math.max(Math.floor(box.scrollLeft / SIZE) - 2, 0);
  const to = Math.min(Math.ceil((box.scrollLeft + w - grid.left) / SIZE) + 2, columns.length);
  const drawn = [first, last, from, to].join();
  if (!force && drawn === grid.drawn) return;
  grid.drawn = drawn;
  head.style.width = `${width}px`;
  head.style.height = `${grid.top}px`;
  const corner = el('div', { class: 'corner', role: 'columnheader', 'aria-colindex': 1 }, view.mode === 'people' ? 'People' : 'Groups and direct grants', el('br'), 'by account');
  corner.style.width = `${grid.left}px`;
  const heads = [corner];
  const here = document.activeElement === box ? grid.at : [-2, -2];
  for (let c = from; c < to; c += 1) {
    const one = el('div', { class: here[0] === -1 && here[1] === c + 1 ? 'colhead here' : 'colhead', role: 'columnheader', 'aria-colindex': c + 2, id: `h${c}`, title: accountName(columns[c]) }, DATA.accounts[columns[c]][0]);
    one.style.left = `${grid.left + c * SIZE}px`;
    heads.push(one);
  }
  head.replaceChildren(...heads);
  const lines = [];
  for (let r = first; r < last; r += 1) {
    const row = rows[r];
    const { levels, loose } = cells(row);
    const title = el('div', { class: here[0] === r && here[1] === 0 ? 'rowhead here' : 'rowhead', role: 'rowheader', 'aria-colindex': 1, id: `r${r}`, title: `${row.name} ${row.extra}` }, row.name, ' ', el('span', { class: 'quiet' }, row.extra));
    title.style.width = `${grid.left}px`;
    const line = el('div', { class: 'gridrow', role: 'row', 'aria-rowindex': r + 2 }, title);
    line.style.top = `${grid.top + r * SIZE}px`;
    line.style.width = `${width}px`;
    for (let c = from; c < to; c += 1) {
      const level = levels[columns[c]] - 1;
      const there = here[0] === r && here[1] === c + 1;
      if (level < 0 && !there) continue;
      const one = cell(row, columns[c], level, loose[columns[c]], there);
      one.id = `c${r}_${c}`;
      one.setAttribute('aria-colindex', c + 2);
      one.style.left = `${grid.left + c * SIZE + 1}px`;
      line.append(one);
    }
    lines.push(line);
  }
  body.replaceChildren(...lines);
  box.setAttribute('aria-rowcount', rows.length + 1);
  box.setAttribute('aria-colcount', columns.length + 1);
  const [r, c] = grid.at;
  box.setAttribute('aria-activedescendant', r < 0 ? `h${c - 1}` : c === 0 ? `r${r}` : `c${r}_${c - 1}`);
}

function press(event) {
  const [r, c] = grid.at;
  const page = Math.max(Math.floor((grid.box.clientHeight - grid.top) / SIZE) - 1, 1);
  const moves = { ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1], Home: [event.ctrlKey ? -1 : r, 0], End: [event.ctrlKey ? view.rows.length - 1 : r, view.columns.length], PageUp: [r - page, c], PageDown: [r + page, c] };
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    open(r, c - 1, true);
  } else if (moves[event.key]) {
    event.preventDefault();
    const row = Math.min(Math.max(moves[event.key][0], -1), view.rows.length - 1);
    const least = row < 0 ? 1 : 0;
    grid.at = [row, Math.min(Math.max(moves[event.key][1], least), view.columns.length)];
    reveal();
  }
}

function reveal() {
  const { box, at: [r, c] } = grid;
  const [y, x] = [Math.max(r, 0) * SIZE, Math.max(c - 1, 0) * SIZE];
  if (r >= 0 && y < box.scrollTop) box.scrollTop = y;
  if (y + SIZE > box.scrollTop + box.clientHeight - grid.top) box.scrollTop = y + SIZE - box.clientHeight + grid.top;
  if (c > 0 && x < box.scrollLeft) box.scrollLeft = x;
  if (x + SIZE > box.scrollLeft + box.clientWidth - grid.left) box.scrollLeft = x + SIZE - box.clientWidth + grid.left;
  draw(true);
}

// By place, since empty cells do not exist. Between the button's going down and up nothing is drawn anew:
// a browser tells no click on what has gone meanwhile.
function point(event) {
  const { box } = grid;
  grid.pointing = false;
  const frame = box.getBoundingClientRect();
  const [x, y] = [event.clientX - frame.left - box.clientLeft, event.clientY - frame.top - box.clientTop];
  if (x >= box.clientWidth || y >= box.clientHeight) return;
  const r = y < grid.top ? -1 : Math.floor((y - grid.top + box.scrollTop) / SIZE);
  const c = x < grid.left ? -1 : Math.floor((x - grid.left + box.scrollLeft) / SIZE);
  if ((r < 0 && c < 0) || r >= view.rows.length || c >= view.columns.length) return;
  grid.at = [r, c + 1];
  draw(true);
  open(r, c, false);
}

// What stands behind a cell, a row or a column.
const detail = el('section', { id: 'detail', 'aria-live': 'polite', 'aria-labelledby': 'detailhead', tabindex: -1, hidden: true });

function path(grant, person) {
  const set = DATA.sets[of(grant, S)];
  const [state, origin, expires, reason, ticket, owner] = DATA.whys[of(grant, W)];
  const members = membersOf(of(grant, T));
  const via = principal(of(grant, T));
  return [
    [person === undefined ? '' : `${personName(person)} → `, via, ' → ', el('b', {}, set[0]), ' → ', accountName(of(grant, A))],
    [tag(levelOf(grant)), el('div', { class: 'quiet' }, set[1 + 1])],
    origin ? el('code', {}, origin) : el('b', { class: 'remove' }, state),
    [expires ? `until ${expires}` : 'no end', state !== 'managed' && origin ? ` (${state})` : ''],
    [[reason, ticket, owner && `owner ${owner}`].filter(Boolean).join(' · '), set[3] ? el('div', { class: 'quiet' }, `session ${set[3]}`) : '', set[4] ? el('div', { class: 'quiet' }, `boundary ${set[4]}`) : ''],
    of(grant, T) & 1 ? '' : DATA.groups[of(grant, T) >> 1][2] ? [counted(members.length, 'person'), members.length ? `: ${few(members.map(personName), 60)}` : ''] : 'members not read',
  ];
}

function open(r, c, focus) {
  const row = view.rows[r];
  const column = view.columns[c];
  if (row === undefined && column === undefined) return;
  let grants;
  if (row) grants = row.grants().filter((grant) => active(grant) && (column === undefined || of(grant, A) === column));
  else {
    grants = [];
    for (let grant = 0; grant < COUNT; grant += 1) if (of(grant, A) === column && active(grant)) grants.push(grant);
  }
  grants.sort((a, b) => levelOf(b) - levelOf(a) || of(a, A) - of(b, A));
  const person = row && row.key[0] === 'p' ? row.to >> 1 : undefined;
  const what = row && column !== undefined ? `${row.name} in ${accountName(column)}` : row ? `${row.name}, everywhere` : accountName(column);
  const about = column === undefined ? [] : [DATA.accounts[column][2] ? `OU ${DATA.accounts[column][2]}` : '', `state ${DATA.accounts[column][3]}`, DATA.accounts[column][4] ? 'management account' : '', ...DATA.accounts[column][7]].filter(Boolean);
  detail.hidden = false;
  detail.replaceChildren(el('h3', { id: 'detailhead' }, what), el('p', { class: 'quiet' }, about.join(' · ')),
    grants.length ? table(`${counted(grants.length, 'path')}${grants.length > SHOWN ? `, the first ${SHOWN} shown` : ''}`,
      ['Path', 'Level and why', 'Written at', 'Until', 'Reason', 'Members'], grants.slice(0, SHOWN).map((grant) => path(grant, person)))
      : el('p', {}, 'No access, as far as was read and with these filters.'));
  if (focus) detail.focus();
}

function privileged() {
  const bySet = new Map();
  const people = DATA.people.map(() => null);
  for (let grant = 0; grant < COUNT; grant += 1) {
    const level = levelOf(grant);
    if (level < 4) continue;
    const at = of(grant, S);
    if (!bySet.has(at)) bySet.set(at, { at, accounts: new Set(), principals: new Set(), people: new Set(), loose: 0 });
    const set = bySet.get(at);
    set.accounts.add(of(grant, A));
    if (status(grant) === 'unmanaged') set.loose += 1;
    const to = of(grant, T);
    const seen = set.principals.has(to);
    set.principals.add(to);
    for (const person of membersOf(to)) {
      if (!seen) set.people.add(person);
      if (!people[person]) people[person] = [new Set(), new Set()];
      people[person][level - 4].add(of(grant, A));
    }
  }
  const sets = [...bySet.values()].sort((a, b) => levelAt[b.at] - levelAt[a.at] || b.people.size - a.people.size);
  const who = people.map((accounts, at) => ({ at, accounts })).filter((one) => one.accounts)
    .sort((a, b) => b.accounts[1].size - a.accounts[1].size || b.accounts[0].size - a.accounts[0].size);
  return { sets, who };
}

function findings(who) {
  const out = [];
  const loose = []; let lapsed = 0; let management = new Set(); const closed = new Map();
  for (let grant = 0; grant < COUNT; grant += 1) {
    if (status(grant) === 'unmanaged') loose.push(grant);
    if (status(grant) === 'expired' || status(grant) === 'not-begun') lapsed += 1;
    const account = DATA.accounts[of(grant, A)];
    if (account[4]) membersOf(of(grant, T)).forEach((person) => management.add(person));
    if (account[3] !== 'ACTIVE') closed.set(account[0], (closed.get(account[0]) || 0) + 1);
  }
  const dangerous = loose.filter((grant) => levelOf(grant) >= 4).length;
  if (who.length) out.push(`${counted(who.length, 'person')} with admin or privileged access somewhere`);
  if (loose.length) out.push(`${counted(loose.length, 'grant')} unmanaged: live and not declared; ${dangerous.toLocaleString('en')} of them admin or privileged`);
  if (lapsed) out.push(`${counted(lapsed, 'grant')} whose period is over or has not begun`);
  if (management.size) out.push(`${counted(management.size, 'person')} can reach the management account`);
  const empty = ALL.principals.filter((row) => row.extra === 'empty').map((row) => row.name);
  if (empty.length) out.push(`granted and empty: ${few(empty, 12)}`);
  const odd = ALL.principals.filter((row) => ['orphan', 'unresolved', 'members not read'].includes(row.extra)).map((row) => `${row.name} (${row.extra})`);
  if (odd.length) out.push(`granted to what is gone or not known: ${few(odd, 12)}`);
  for (const [name, n] of closed) out.push(`account ${name} is not ACTIVE, with ${counted(n, 'grant')}`);
  const unknown = new Set();
  for (let grant = 0; grant < COUNT; grant += 1) if (levelOf(grant) === 3) unknown.add(DATA.sets[of(grant, S)][0]);
  if (unknown.size) out.push(`how much they allow is not known: ${few([...unknown], 12)}`);
  return out;
}

function tools(said) {
  const input = (key, text, hint) => {
    const node = el('input', { type: 'search', id: key, placeholder: hint, autocomplete: 'off' });
    node.addEventListener('input', later(() => { view[key] = node.value.trim().toLowerCase(); again(said); }));
    return el('label', {}, text, node);
  };
  const pick = (key, text, options) => {
    const node = el('select', { id: key }, options.map(([value, name]) => el('option', { value }, name)));
    node.addEventListener('change', () => { view[key] = key === 'least' ? Number(node.value) : node.value; again(said); });
    return el('label', {}, text, node);
  };
  const loose = el('input', { type: 'checkbox', id: 'loose' });
  loose.addEventListener('change', () => { view.loose = loose.checked; again(said); });
  return el('form', { class: 'tools', role: 'search', on: { submit: (event) => event.preventDefault() } },
    pick('mode', 'Rows', [['principals', 'Groups and direct grants'], ['people', 'People']]),
    input('words', 'Find in rows', 'group or person'), input('places', 'Find accounts', 'name, id or OU'),
    pick('least', 'Level', [[0, 'any'], [2, 'write and more'], [3, 'unknown and more'], [4, 'privileged and admin'], [5, 'admin']]),
    pick('order', 'Order', [['danger', 'most dangerous first'], ['name', 'by name'], ['ou', 'accounts by OU']]),
    el('label', { class: 'side' }, loose, 'unmanaged only'));
}

function again(said) {
  choose();
  grid.at = [Math.min(grid.at[0], view.rows.length - 1), Math.min(grid.at[1], view.columns.length)];
  grid.box.scrollTop = 0; grid.box.scrollLeft = 0;
  draw(true);
  detail.hidden = true;
  const noun = view.mode === 'people' ? 'person' : 'row';
  said.textContent = `${counted(view.rows.length, noun)} of ${ALL[view.mode].length.toLocaleString('en')}, ${counted(view.columns.length, 'account')} of ${DATA.accounts.length.toLocaleString('en')} shown`;
}

// On paper stands what fits there: every grant, or the first of them.
function printed() {
  const most = 3000;
  const order = [...Array(COUNT).keys()].sort((a, b) => levelOf(b) - levelOf(a));
  return [el('h2', {}, 'All grants'), table(COUNT > most ? `the ${most} most dangerous of ${COUNT}; the rest is in --format csv` : counted(COUNT, 'grant'),
    ['Account', 'Permission set', 'Level', 'To', 'People', 'Written at', 'Until'],
    order.slice(0, most).map((grant) => { const [state, origin, expires] = DATA.whys[of(grant, W)];
      return [accountName(of(grant, A)), DATA.sets[of(grant, S)][0], tag(levelOf(grant)), principal(of(grant, T)), String(membersOf(of(grant, T)).length), origin || state, expires || '']; }))];
}

function start() {
  makeRows();
  const git = HEAD.git ? `commit ${HEAD.git[0]}${HEAD.git[1] ? ' with edits' : ''}` : 'no commit known';
  MAIN.append(el('p', { class: 'sub' }, `${HEAD.from === 'live' ? 'As it is live' : `As ${HEAD.from}`}, as of ${when(HEAD.as_of)} · read ${when(HEAD.started)} to ${when(HEAD.ended)} as ${HEAD.caller || 'an unknown caller'}`));
  const missing = HEAD.gaps.concat(DATA.unread);
  if (missing.length) MAIN.append(banner(true, 'Not read', missing.slice(0, 50).concat(missing.length > 50 ? [`and ${missing.length - 50} more`] : [])));
  if (HEAD.filter.length) MAIN.append(banner(false, `Only a part was asked for: ${HEAD.filter.join(', ')}`, []));
  if (HEAD.definitions !== 'resolved') MAIN.append(banner(false, HEAD.definitions === 'absent' ? 'No definitions: where grants are declared is not known' : 'The definitions have errors: what seems undeclared may be declared', []));
  if (HEAD.not_seen.length) MAIN.append(banner(false, 'Such a reading cannot see', HEAD.not_seen));
  const { sets, who } = privileged();
  const admins = who.filter((one) => one.accounts[1].size).length;
  const loose = [...Array(COUNT).keys()].filter((grant) => status(grant) === 'unmanaged').length;
  MAIN.append(tiles([[admins, 'people with admin', true], [who.length, 'people privileged or admin', true], [loose, 'grants unmanaged', true],
    [ALL.people.length, 'people with access'], [DATA.accounts.length, 'accounts'], [COUNT, 'grants']]));
  const found = findings(who);
  MAIN.append(el('h2', {}, 'Findings'), found.length ? el('ul', { id: 'findings' }, found.map((text) => el('li', {}, text))) : el('p', {}, 'None.'));
  MAIN.append(el('h2', {}, 'Privileged access'));
  if (sets.length) {
    MAIN.append(table('permission sets that are admin or privileged, as granted', ['Permission set', 'Level and why', 'People', 'Accounts', 'To', 'Unmanaged grants'],
      sets.map((set) => [DATA.sets[set.at][0], [tag(levelAt[set.at]), el('div', { class: 'quiet' }, DATA.sets[set.at][2])], String(set.people.size), String(set.accounts.size), few([...set.principals].map(principal), 8), String(set.loose)]), { id: 'privileged' }));
    MAIN.append(el('details', { open: who.length <= 12 }, el('summary', {}, `Who they are: ${counted(who.length, 'person')}`),
      table(who.length > SHOWN ? `the first ${SHOWN}` : 'by number of accounts', ['Person', 'Accounts as admin', 'Accounts as privileged'],
        who.slice(0, SHOWN).map((one) => [personName(one.at), String(one.accounts[1].size), String(one.accounts[0].size)]))));
  } else MAIN.append(el('p', {}, 'Nobody has a set that is known to be admin or privileged.'));
  const said = el('p', { 'aria-live': 'polite', role: 'status', class: 'quiet', id: 'said' });
  MAIN.append(el('h2', { class: 'screen' }, 'Everything'), tools(said),
    el('ul', { class: 'legend screen' }, [5, 4, 3, 2, 1, 0].map((level) => el('li', {}, tag(level))), el('li', {}, 'a ring: something there is unmanaged')),
    said, makeGrid(), detail);
  const paper = el('div', { class: 'printed' });
  MAIN.append(paper, el('footer', {}, `landgrant ${HEAD.version} · ${HEAD.organization} · ${HEAD.instance} in ${HEAD.region} · ${HEAD.depth} reading, ${HEAD.reading} · ${git}. `,
    'Access levels are a classification of policies, not an evaluation: resources, conditions, boundaries and policies of the organization are not looked at. Open sessions are not seen.'));
  again(said);
  addEventListener('resize', later(() => { grid.left = innerWidth < 640 ? 132 : 260; draw(true); }));
  addEventListener('beforeprint', () => { paper.replaceChildren(...printed()); document.querySelectorAll('details').forEach((one) => { one.open = true; }); });
}

start();
