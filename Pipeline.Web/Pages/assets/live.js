// Keeps server-rendered sections fresh. The server renders everything in one place; text from untrusted documents arrives
// encoded.
(() => {
  const localTimes = (root) => root.querySelectorAll('time').forEach((time) => {
    const at = new Date(time.dateTime);
    const look = { dateStyle: 'medium', timeStyle: 'short' };
    if (!Number.isNaN(at.valueOf())) time.textContent = at.toLocaleString(document.documentElement.lang, look);
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
  const show = (next) => {
    const now = document.getElementById(next.id);
    if (!now || seen.get(next.id) === next.innerHTML) return;
    seen.set(next.id, next.innerHTML);
    localTimes(next);
    swap(now, next);
  };
  const parse = (html) => new DOMParser().parseFromString(html, 'text/html');
  document.querySelectorAll('.log').forEach((log) => { log.scrollTop = log.scrollHeight; });

  // The server sends each section that changes …
  const events = document.body.querySelector('[data-events]')?.dataset.events;
  if (events) {
    const source = new EventSource(events);
    source.addEventListener('section', (event) => show(parse(event.data).body.firstElementChild));
    source.addEventListener('end', () => source.close());
  }
  // … or, where changes are not announced, the page is fetched every few seconds.
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return;
    const page = parse(await answer.text());
    page.querySelectorAll('[data-live]').forEach(show);
  };
  const every = Number(document.body.querySelector('[data-every]')?.dataset.every);
  if (every) setInterval(() => { if (!document.hidden) refresh().catch(() => {}); }, every);
})();
