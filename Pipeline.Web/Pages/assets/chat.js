// Chat over /v1/chat/completions, streamed; one model, or two side by side over the same questions.
(() => {
  const form = document.querySelector('.composer');
  const list = document.querySelector('.messages');
  const model = document.querySelector('#model');
  const beside = document.querySelector('#beside');
  const images = document.querySelector('#images');
  const words = document.querySelector('.chat').dataset;
  const value = (id) => document.querySelector(`#${id}`).value;
  const hello = document.querySelector('#hello');
  let turns = [];                 // { text, image, replies: [{ model, text }] }
  let thread = null;
  let stop = null;

  const option = (select) => select.selectedOptions[0]?.dataset ?? {};
  const choose = () => {
    images.classList.toggle('hidden', option(model).sees !== 'true');
    beside.disabled = option(model).sees === 'true';
  };
  model.addEventListener('change', choose);
  choose();

  const bubble = (kind, text) => {
    const element = document.createElement('div');
    element.className = `bubble ${kind}`;
    element.dir = 'auto';
    element.append(text);
    return element;
  };
  const add = (element) => {
    hello.remove();
    list.append(element);
    element.scrollIntoView({ block: 'end' });
    return element;
  };
  const question = (text, image) => {
    const element = bubble('user', '');
    if (image) {
      const picture = document.createElement('img');
      picture.src = image;
      picture.alt = words.image;
      element.append(picture);
    }
    element.append(text);
    add(element);
  };
  const row = () => {
    const element = document.createElement('div');
    element.className = 'replies';
    return add(element);
  };
  const reply = (into, name) => {
    const element = bubble('assistant busy', '');
    const who = document.createElement('div');
    const said = document.createElement('div');
    who.className = 'who';
    who.textContent = name;
    said.className = 'said';
    element.append(who, said);
    into.append(element);
    return { element, said };
  };

  // The server renders Markdown, without any HTML of the text.
  const render = async (said, text) => {
    try {
      const answer = await fetch('/markdown', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: text });
      if (answer.ok) said.innerHTML = await answer.text();
    } catch { /* the plain text stays */ }
  };
  const sources = async (element, adapter, text) => {
    const answer = await fetch(`/api/adapters/${encodeURIComponent(adapter)}/sources?text=${encodeURIComponent(text.slice(0, 500))}`);
    const found = answer.ok ? await answer.json() : [];
    if (found.length === 0) return;
    const details = document.createElement('details');
    details.className = 'sources small';
    const summary = document.createElement('summary');
    summary.textContent = words.sources;
    details.append(summary);
    for (const source of found) {
      const line = document.createElement('p');
      const link = document.createElement('a');
      link.href = source.page_url ?? source.row_url;
      link.textContent = `${source.document}, ${words.page.replace('{0}', source.page)}`;
      line.append(link, ` ${source.question} — ${source.answer}`);
      details.append(line);
    }
    element.append(details);
  };

  const dataUrl = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

  async function* lines(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value: part, done } = await reader.read();
      if (done) return;
      rest += part;
      const parts = rest.split('\n');
      rest = parts.pop();
      yield* parts;
    }
  }

  // What one model has been asked and has said: its own replies, of several the ones in the same column.
  const historyOf = (column) => {
    const messages = [];
    if (value('system').trim()) messages.push({ role: 'system', content: value('system').trim() });
    for (const turn of turns) {
      const content = turn.image
        ? [{ type: 'image_url', image_url: { url: turn.image } }, { type: 'text', text: turn.text }] : turn.text;
      messages.push({ role: 'user', content });
      const said = turn.replies[column] ?? turn.replies[0];
      if (said) messages.push({ role: 'assistant', content: said.text });
    }
    return messages;
  };

  const answer = async (select, column, into, asked) => {
    const name = select.value;
    const { element, said } = reply(into, name);
    const seed = value('seed');
    const request = {
      model: name, messages: historyOf(column), stream: true, max_tokens: Number(value('max_tokens')),
      temperature: Number(value('temperature')), top_p: Number(value('top_p')), ...(seed === '' ? {} : { seed: Number(seed) }),
    };
    let text = '';
    try {
      const response = await fetch('/v1/chat/completions', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request), signal: stop.signal,
      });
      if (!response.ok) throw new Error((await response.json()).error.message);
      for await (const line of lines(response.body)) {
        if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
        const chunk = JSON.parse(line.slice(6));
        if (chunk.error) throw new Error(chunk.error.message);
        text += chunk.choices[0]?.delta.content ?? '';
        said.textContent = text;
      }
    } catch (error) {
      if (error.name !== 'AbortError' || !text) {
        element.classList.add('bad');
        said.textContent = error.name === 'AbortError' ? words.stopped : error.message;
        return null;
      }
    } finally {
      element.classList.remove('busy');
    }
    await render(said, text);
    if (option(select).adapter) await sources(element, option(select).adapter, asked).catch(() => {});
    return { model: name, text };
  };

  const keep = () => {
    thread ??= { id: crypto.randomUUID?.() ?? String(Date.now()), at: 0 };
    Object.assign(thread, { at: Date.now(), turns: turns.map(({ text, replies }) => ({ text, replies })) });
    Threads.save(thread);
    showThreads();
  };

  const ask = async (text, image) => {
    const mine = turns;
    const turn = { text, image, replies: [] };
    mine.push(turn);
    question(text, image);
    stop = new AbortController();
    const into = row();
    const columns = beside.value && !beside.disabled ? [model, beside] : [model];
    try {
      const replies = await Promise.all(columns.map((select, column) => answer(select, column, into, text)));
      if (mine !== turns) return;                                     // another conversation has begun meanwhile
      if (replies.every((said) => said === null)) turns.pop();        // nothing was said: the question can be asked again
      else turn.replies = replies.map((said) => said ?? { model: '', text: '' });
      if (turns.length > 0) keep();
    } finally {
      stop = null;
    }
  };

  const fresh = () => {
    stop?.abort();
    turns = [];
    thread = null;
    list.replaceChildren(hello);
  };
  const open = (kept) => {
    fresh();
    thread = kept;
    turns = kept.turns.map((turn) => ({ text: turn.text, replies: turn.replies }));
    for (const turn of turns) {
      question(turn.text);
      const into = row();
      for (const said of turn.replies) {
        const { element, said: place } = reply(into, said.model);
        element.classList.remove('busy');
        place.textContent = said.text;
        render(place, said.text);
      }
    }
  };
  const showThreads = () => {
    const menu = document.querySelector('#threads');
    const kept = Threads.all();
    menu.replaceChildren(...(kept.length > 0 ? kept.map((one) => {
      const item = document.createElement('li');
      const link = document.createElement('button');
      const forget = document.createElement('button');
      link.type = forget.type = 'button';
      link.className = forget.className = 'quiet tiny';
      link.textContent = one.turns[0]?.text.slice(0, 60) ?? '…';
      link.addEventListener('click', () => { open(one); menu.closest('details').open = false; });
      forget.textContent = menu.dataset.forget;
      forget.addEventListener('click', () => { Threads.forget(one.id); showThreads(); });
      item.append(link, ' ', forget);
      return item;
    }) : [menu.dataset.none]));
  };
  showThreads();
  // A reload goes on where it was.
  const last = Threads.all()[0];
  if (last && Date.now() - last.at < 3600e3 && performance.getEntriesByType('navigation')[0]?.type === 'reload') open(last);

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (stop) { stop.abort(); return; }
    const text = form.elements.text.value.trim();
    if (!text) return;
    const file = option(model).sees === 'true' ? form.elements.image.files[0] : undefined;
    form.elements.text.value = '';
    const button = form.querySelector('button[type=submit]');
    button.textContent = words.stop;
    try {
      await ask(text, file && await dataUrl(file));
    } finally {
      form.elements.image.value = '';
      button.textContent = words.send;
      form.elements.text.focus();
    }
  });
  form.elements.text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  document.querySelector('#fresh').addEventListener('click', fresh);
})();
