// Review of a dataset's rows: accept, reject and edit by button or key. Every decision is in the draft at once; a reload loses nothing.
(() => {
  const bar = document.querySelector('.review');
  if (!bar) return;
  const api = `/api/datasets/${bar.dataset.dataset}`;
  const said = document.querySelector('#said');
  const rows = [...document.querySelectorAll('.example[data-hash]')];
  let at = -1;

  const say = (text, kind = '') => { said.textContent = text; said.className = `notice ${kind}`; };
  const call = async (path, method, body) => {
    try {
      const answer = await fetch(api + path, {
        method, headers: body ? { 'Content-Type': 'application/json' } : {}, body: body && JSON.stringify(body),
      });
      if (answer.ok) return answer.status === 204 ? {} : await answer.json();
      const problem = await answer.json().catch(() => ({}));
      say(problem.detail ?? `${answer.status} ${answer.statusText}`, 'bad');
    } catch {
      say(bar.dataset.unreachable, 'bad');
    }
    return null;
  };

  const count = (decision, by) => {
    const number = bar.querySelector(`[data-count="${decision}"]`);
    if (number) number.textContent = Number(number.textContent) + by;
    const any = [...bar.querySelectorAll('[data-count]')].some((n) => n.textContent !== '0');
    bar.querySelectorAll('#close, #discard').forEach((button) => { button.disabled = !any; });
  };
  const mark = (row, decision) => {
    if (row.dataset.decision) count(row.dataset.decision, -1);
    if (decision) count(decision, 1);
    row.dataset.decision = decision;
    const badge = row.querySelector('.decision');
    badge.textContent = decision ? row.querySelector(`[data-decide="${decision}"]`).textContent : '';
    badge.hidden = !decision;
    row.querySelector('[data-decide="undo"]').hidden = !decision;
  };
  const go = (to) => {
    if (to < 0 || to >= rows.length) {
      if (to >= rows.length) document.querySelector('a[rel="next"]')?.focus();
      return;
    }
    at = to;
    rows[at].focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: 'nearest' });
  };
  const show = (row, editing) => {
    row.querySelector('.editor').hidden = !editing;
    if (editing) row.querySelector('textarea').focus(); else row.focus({ preventScroll: true });
  };

  const decide = async (row, decision) => {
    if (decision === 'edit') { show(row, true); return; }
    const path = `/rows/${row.dataset.hash}/decision`;
    if (decision === 'undo') {
      if (row.dataset.decision && await call(path, 'DELETE')) location.reload();       // the text as it was
      return;
    }
    if (!await call(path, 'POST', { decision })) return;
    mark(row, decision);
    say('');
    if (rows[at] === row) go(at + 1);
  };

  rows.forEach((row, i) => {
    row.addEventListener('focusin', () => { at = i; });
    const editor = row.querySelector('.editor');
    editor.addEventListener('submit', async (event) => {
      event.preventDefault();
      const edit = {};
      for (const area of editor.querySelectorAll('textarea')) if (area.value !== area.defaultValue) edit[area.name] = area.value;
      if (Object.keys(edit).length === 0) { show(row, false); return; }
      if (!await call(`/rows/${row.dataset.hash}/decision`, 'POST', { decision: 'edit', edit })) return;
      for (const [name, text] of Object.entries(edit)) row.querySelector(`[data-field="${name}"]`).textContent = text;
      mark(row, 'edit');
      say(bar.dataset.said, 'good');
      show(row, false);
    });
    editor.addEventListener('reset', () => show(row, false));
    editor.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') editor.reset();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); editor.requestSubmit(); }
    });
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-decide]');
    if (button) decide(button.closest('.example'), button.dataset.decide);
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    if (event.key === 'j') go(at + 1);
    else if (event.key === 'k') go(at - 1);
    else {
      const decision = { a: 'accept', r: 'reject', e: 'edit', u: 'undo' }[event.key];
      if (!decision || at < 0) return;
      event.preventDefault();
      decide(rows[at], decision);
    }
  });

  document.querySelector('#close').addEventListener('click', async (event) => {
    if (!confirm(event.target.dataset.confirm)) return;
    const made = await call('/draft/close', 'POST', {});
    if (made) location.href = `/datasets/${bar.dataset.dataset}/changes?other=${made.id}`;
  });
  document.querySelector('#discard').addEventListener('click', async (event) => {
    if (confirm(event.target.dataset.confirm) && await call('/draft', 'DELETE')) location.reload();
  });
})();
