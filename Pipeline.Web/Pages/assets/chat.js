// Chat over /v1/chat/completions, streamed.
(() => {
  const form = document.querySelector('.composer');
  const list = document.querySelector('.messages');
  const model = document.querySelector('#model');
  const images = document.querySelector('#images');
  const conversation = [];
  const words = document.querySelector('.chat').dataset;
  let stop = null;

  const sees = () => model.selectedOptions[0]?.dataset.sees === 'true';
  const choose = () => images.classList.toggle('hidden', !sees());
  model.addEventListener('change', choose);
  choose();

  const bubble = (kind, text, image) => {
    const element = document.createElement('div');
    element.className = `bubble ${kind}`;
    if (image) {
      const picture = document.createElement('img');
      picture.src = image;
      picture.alt = words.image;
      element.append(picture);
    }
    element.append(text);
    document.querySelector('#hello')?.remove();
    list.append(element);
    element.scrollIntoView({ block: 'end' });
    return element;
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
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      const parts = rest.split('\n');
      rest = parts.pop();
      yield* parts;
    }
  }

  const ask = async (text, image) => {
    const content = image ? [{ type: 'image_url', image_url: { url: image } }, { type: 'text', text }] : text;
    conversation.push({ role: 'user', content });
    bubble('user', text, image);
    const reply = bubble('assistant busy', '');
    const request = {
      model: model.value, messages: conversation, stream: true,
      max_tokens: Number(document.querySelector('#max_tokens').value), temperature: Number(document.querySelector('#temperature').value),
    };
    stop = new AbortController();
    let said = '';
    try {
      const answer = await fetch('/v1/chat/completions', {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request), signal: stop.signal,
      });
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      for await (const line of lines(answer.body)) {
        if (!line.startsWith('data: ') || line === 'data: [DONE]') continue;
        const chunk = JSON.parse(line.slice(6));
        if (chunk.error) throw new Error(chunk.error.message);
        said += chunk.choices[0]?.delta.content ?? '';
        reply.textContent = said;
      }
      conversation.push({ role: 'assistant', content: said });
    } catch (error) {
      if (error.name === 'AbortError' && said) conversation.push({ role: 'assistant', content: said });
      else {
        conversation.pop();
        reply.classList.add('bad');
        reply.textContent = error.name === 'AbortError' ? words.stopped : error.message;
      }
    } finally {
      reply.classList.remove('busy');
      stop = null;
    }
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (stop) { stop.abort(); return; }
    const text = form.elements.text.value.trim();
    if (!text) return;
    const file = sees() ? form.elements.image.files[0] : undefined;
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
  document.querySelector('#fresh').addEventListener('click', () => { conversation.length = 0; list.replaceChildren(); });
})();
