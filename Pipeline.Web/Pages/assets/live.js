// Keeps server-rendered sections fresh: fetches the page again and swaps the sections marked data-live that changed.
// The server renders everything once, in one place; what strangers' documents say arrives as encoded text.
(() => {
  const localTimes = (root) => root.querySelectorAll('time').forEach((time) => {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.textContent = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
  });
  localTimes(document);

  const swap = (now, next) => {
    const open = new Set([...now.querySelectorAll('details[open][id]')].map((d) => d.id));
    const log = now.querySelector('.log');
    const atEnd = log && log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    const top = log?.scrollTop;
    now.replaceChildren(...next.childNodes);
    open.forEach((id) => now.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', ''));
    const fresh = now.querySelector('.log');
    if (fresh) fresh.scrollTop = atEnd ? fresh.scrollHeight : top;
  };

  const seen = new Map();
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    document.querySelectorAll('[data-live]').forEach((now) => {
      const next = page.getElementById(now.id);
      if (!next || seen.get(now.id) === next.innerHTML) return;
      seen.set(now.id, next.innerHTML);
      localTimes(next);
      swap(now, next);
    });
  };
  document.querySelectorAll('.log').forEach((log) => { log.scrollTop = log.scrollHeight; });

  // Told by the server when something changed …
  const events = document.body.querySelector('[data-events]')?.dataset.events;
  if (events) {
    // At once, then again for what came meanwhile; never two at a time.
    let busy = false, again = false;
    const soon = () => {
      if (busy) { again = true; return; }
      busy = true;
      again = false;
      refresh().catch(() => {}).finally(() => setTimeout(() => { busy = false; if (again) soon(); }, 120));
    };
    const source = new EventSource(events);
    ['run', 'documents', 'metrics', 'evaluation', 'logs'].forEach((name) => source.addEventListener(name, soon));
    source.addEventListener('end', () => { source.close(); soon(); });
  }
  // … or looked up every few seconds.
  const every = Number(document.body.querySelector('[data-every]')?.dataset.every);
  if (every) setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, every);
})();
