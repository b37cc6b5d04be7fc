const DOC = DATA.document;
const rank = (name) => Math.max(LEVELS.indexOf(name), 0);
const danger = (level, ids) => level >= 4 || ids.includes(DATA.management);

// People with the same story stand together, accounts with the same people too.
function entries(rows, story) {
  const byAccount = new Map();
  for (const row of rows) {
    const told = story(row);
    const key = JSON.stringify([row.account_id, row.permission_set, told, row.account_id === DATA.management]);
    if (!byAccount.has(key)) byAccount.set(key, { row, told, people: [] });
    byAccount.get(key).people.push(row.person);
  }
  const byPeople = new Map();
  for (const one of byAccount.values()) {
    const key = JSON.stringify([one.row.permission_set, one.told, one.people, one.row.account_id === DATA.management]);
    if (!byPeople.has(key)) byPeople.set(key, { ...one, level: rank(one.row.level || 'unknown'), accounts: [], ids: [] });
    const entry = byPeople.get(key);
    entry.accounts.push(`${one.row.account} (${one.row.account_id})`);
    entry.ids.push(one.row.account_id);
  }
  const order = (e) => (danger(e.level, e.ids) ? 10 : 0) + e.level;
  return [...byPeople.values()].sort((a, b) => order(b) - order(a));
}

function place(origin, selector) {
  if (!origin) return '';
  return `${origin.file}:${origin.line}${selector ? ` (${selector})` : ''}`;
}

function names(list, hidesDanger) {
  if (list.length <= 20 || hidesDanger) return el('div', {}, list.join(', '));
  return el('details', {}, el('summary', {}, few(list, 12)), list.join(', '));
}

function access(title, sign, heads, rows, story, cells) {
  const list = entries(rows, story);
  if (!list.length) return null;
  return el('section', { class: 'rows', 'aria-label': title }, el('h3', {}, title),
    table(`${counted(rows.length, 'access').replace('accesss', 'accesses')}, most dangerous first`,
      ['Permission set', 'Level', 'Account', 'People', ...heads],
      list.map((e) => [
        el('span', { class: sign === '+' ? 'add' : 'remove' }, `${sign} ${e.row.permission_set}`),
        [tag(e.level), e.ids.includes(DATA.management) ? ' management account' : ''],
        names(e.accounts, danger(e.level, e.ids)),
        [el('b', {}, counted(e.people.length, 'person')), names(e.people, sign === '-' || danger(e.level, e.ids))],
        ...cells(e),
      ])));
}

const levelOfEdit = (row) => Math.max(rank(row.level.before || 'unknown'), rank(row.level.after || 'unknown'));

function edits(title, rows) {
  if (!rows.length) return null;
  const level = levelOfEdit;
  const sorted = [...rows].sort((a, b) => level(b) - level(a));
  return el('section', { class: 'rows', 'aria-label': title }, el('h3', {}, title),
    table('permission sets that people have before and after',
      ['Permission set', 'Level', 'What differs', 'Accounts', 'People'],
      sorted.map((row) => [
        `~ ${row.permission_set}`,
        row.level.before === row.level.after ? tag(rank(row.level.after || 'unknown'))
          : [tag(rank(row.level.before || 'unknown')), ' → ', tag(rank(row.level.after || 'unknown'))],
        row.because.map((text) => el('div', {}, text)),
        [el('b', {}, counted(row.accounts.length, 'account')), names(row.accounts, level(row) >= 4)],
        [el('b', {}, counted(row.people.length, 'person')), names(row.people, level(row) >= 4)],
      ])));
}

function ledger() {
  const { gain, lose, widen, narrow } = DOC.access;
  const touched = new Set([...gain, ...lose].map((row) => row.person));
  for (const row of [...widen, ...narrow]) row.people.forEach((person) => touched.add(person));
  const rows = [...gain, ...lose].filter((row) => danger(rank(row.level || 'unknown'), [row.account_id])).length
    + [...widen, ...narrow].filter((row) => danger(levelOfEdit(row), row.reach.flatMap((part) => part.account_ids))).length;
  const section = el('section', { 'aria-labelledby': 'access' }, el('h2', { id: 'access' }, 'Access: what changes for people'));
  if (!touched.size) {
    section.append(el('p', {}, DATA.everybody ? '+0 people: nobody gains or loses anything.'
      : 'Nobody is seen to gain or lose anything, and not everybody could be read.'));
  }
  section.append(tiles([[touched.size, 'people'], [rows, 'dangerous', true], [gain.length, 'gained'], [lose.length, 'lost'],
    [widen.length, 'sets widened'], [narrow.length, 'sets narrowed']]));
  if (!DATA.everybody && touched.size) section.append(el('p', { class: 'quiet' }, 'Not everybody could be read.'));
  const gained = access('Gain', '+', ['By', 'Until', 'Origin'], gain,
    (row) => [row.via.map((via) => (via.startsWith('user:') ? 'a direct grant' : via)), row.until || '', place(row.origin)],
    (e) => [e.told[0].join(' and '), e.told[1] || 'no end', el('code', {}, e.told[2] || 'unmanaged')]);
  const lost = access('Lose', '-', ['Was by', 'Keeps there', 'Open sessions'], lose,
    (row) => [row.via.map((via) => (via.startsWith('user:') ? 'a direct grant' : via)), row.keeps, row.open_sessions_may_live],
    (e) => [e.told[0].join(' and '), e.told[1].join(', ') || 'nothing that was read', `may live up to ${e.told[2]}`]);
  section.append(...[gained, lost, edits('Widen', widen), edits('Narrow', narrow)].filter(Boolean));
  return section;
}

const SIGNS = { create: '+', delete: '-' };

function change(one) {
  const sign = SIGNS[one.action] || '~';
  const lines = DATA.texts[one.id] || [];
  const text = lines.map((line) => {
    const mark = line.trimStart().charAt(0);
    return el('span', { class: mark === '+' ? 'add' : mark === '-' ? 'remove' : null }, line + '\n');
  });
  const head = [el('b', { class: sign === '+' ? 'add' : sign === '-' ? 'remove' : null }, `${sign} ${one.address}`),
    ` ${one.action} `, one.risk === 'high' ? el('span', { class: 'tag l4' }, '! high risk') : '',
    one.people === 0 ? el('span', { class: 'quiet' }, ' +0 people') : '', el('span', { class: 'quiet' }, ` ${one.id}`)];
  return el('li', { 'data-risk': one.risk }, lines.length ? el('details', {}, el('summary', {}, head), el('pre', {}, text)) : head);
}

function changes() {
  const section = el('section', { 'aria-labelledby': 'changes' }, el('h2', { id: 'changes' }, 'Changes in AWS'));
  if (!DOC.changes.length) section.append(el('p', {}, 'None.'));
  const kinds = new Map();
  for (const one of DOC.changes) {
    const kind = one.address.split('/')[0];
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(one);
  }
  const risks = ['high', 'medium', 'low'];
  for (const [kind, list] of kinds) {
    list.sort((a, b) => risks.indexOf(a.risk) - risks.indexOf(b.risk));
    section.append(el('h3', {}, `${kind.replace('_', ' ')} · ${list.length}`), el('ul', { class: 'rows changes' }, list.map(change)));
  }
  return section;
}

function rest() {
  const out = [];
  if (DOC.held.length) {
    out.push(el('h2', {}, `Held back · ${DOC.held.length}`), el('div', { class: 'rows' },
      table('deliberately not changed', ['What', 'Action', 'Reason', 'Because', 'Origin'],
        DOC.held.map((row) => [row.address, row.action, row.reason, row.because, el('code', {}, place(row.origin))]))));
  }
  if (DOC.findings.length) out.push(el('h2', {}, 'Findings'), el('ul', {}, DOC.findings.map((text) => el('li', {}, text))));
  const ignored = Object.entries(DOC.ignored).map(([kind, n]) => `${n} ${kind.replace('_', ' ')}`);
  out.push(el('h2', {}, 'Left alone'), el('p', {}, `Ignored: ${ignored.join(', ') || 'nothing'}. Unmanaged (live, undeclared): ${DOC.unmanaged.length}.`));
  if (DOC.unmanaged.length) {
    out.push(el('details', {}, el('summary', {}, counted(DOC.unmanaged.length, 'address').replace('addresss', 'addresses')),
      el('ul', {}, DOC.unmanaged.map((one) => el('li', {}, one.address)))));
  }
  const git = DOC.desired.git ? `${DOC.desired.git.commit}${DOC.desired.git.dirty ? ' with edits' : ''}` : 'not known';
  out.push(el('h2', {}, 'To apply it'), DOC.changes.length ? el('pre', {}, DATA.apply_with) : el('p', {}, 'There is nothing to do.'),
    el('dl', {}, [['Changes', `${DOC.summary.create} to create, ${DOC.summary.update} to update, ${DOC.summary.delete} to delete`],
      ['Calls', `${DATA.calls}, about ${DATA.seconds} s at the quota`], ['Checksum', DOC.digest], ['Valid until', when(DOC.expires)], ['Commit', git]]
      .map(([key, text]) => [el('dt', { class: 'quiet' }, key), el('dd', {}, text)])));
  return out;
}

function filters() {
  const said = el('output', { 'aria-live': 'polite', class: 'quiet' });
  const find = el('input', { type: 'search', id: 'find', placeholder: 'name, account, permission set', autocomplete: 'off' });
  const only = el('input', { type: 'checkbox', id: 'only' });
  const act = () => {
    const words = find.value.trim().toLowerCase();
    let shown = 0; let all = 0;
    for (const row of document.querySelectorAll('.rows tbody tr, .rows.changes > li')) {
      const risky = row.dataset.risk === 'high' || row.querySelector('.l4, .l5') || row.textContent.includes('management account');
      row.hidden = !((!words || row.textContent.toLowerCase().includes(words)) && (!only.checked || risky));
      all += 1; if (!row.hidden) shown += 1;
    }
    said.textContent = words || only.checked ? `${shown} of ${all} rows shown` : `${all} rows`;
  };
  find.addEventListener('input', later(act));
  only.addEventListener('change', act);
  return [el('form', { class: 'tools', role: 'search', on: { submit: (event) => event.preventDefault() } },
    el('label', {}, 'Search', find), el('label', { class: 'side' }, only, 'dangerous only'), said), act];
}

function start() {
  const { scope, observed } = DOC;
  MAIN.append(el('p', { class: 'sub' }, `${scope.organization} · ${scope.instance} in ${scope.region} · read ${when(observed.started)} to ${when(observed.ended)} as ${scope.caller || 'an unknown caller'}`));
  if (scope.only.length) MAIN.append(banner(false, `About some accounts only: ${scope.only.join(', ')}`, []));
  for (const one of DOC.refused) MAIN.append(banner(true, `Refused: ${one.message}`, [one.help].filter(Boolean)));
  for (const one of DOC.limits_exceeded) MAIN.append(banner(true, `Refused: it removes ${one.removals} of ${one.live} ${one.kind}, and ${one.limit} may be`, []));
  if (observed.gaps.length) MAIN.append(banner(true, 'Not read', observed.gaps.map((gap) => `${gap.part}: ${gap.operation} ${gap.code}: ${gap.message}`)));
  if (observed.cannot_see.length) MAIN.append(banner(false, 'Such a reading cannot see', observed.cannot_see));
  const [form, act] = filters();
  MAIN.append(form, ledger(), changes(), ...rest(), el('footer', {}, `landgrant ${DOC.tool.version} · plan ${DOC.id}. Access levels are a classification of policies, not an evaluation.`));
  act();
}

start();
// A printed page shows what is folded.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
