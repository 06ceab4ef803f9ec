// The first page: choose an image, ask, read the answer.
(() => {
  const form = document.querySelector('#ask');
  const drop = form.querySelector('.drop');
  const input = form.elements.image;
  const preview = drop.querySelector('img');
  const notice = form.querySelector('.notice');
  const answer = document.querySelector('#answer');
  const words = form.dataset;
  const language = { 'Accept-Language': document.documentElement.lang };

  const show = () => {
    const file = input.files[0];
    preview.classList.toggle('hidden', !file);
    drop.querySelector('.invite').classList.toggle('hidden', Boolean(file));
    if (file) preview.src = URL.createObjectURL(file);
    preview.alt = file?.name ?? '';
  };
  input.addEventListener('change', show);
  ['dragenter', 'dragover'].forEach((name) => drop.addEventListener(name, () => drop.classList.add('over')));
  ['dragleave', 'drop'].forEach((name) => drop.addEventListener(name, () => drop.classList.remove('over')));
  document.addEventListener('paste', (event) => {
    if (event.clipboardData?.files.length) { input.files = event.clipboardData.files; show(); }
  });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    button.disabled = true;
    notice.textContent = '';
    answer.textContent = words.looking;
    answer.classList.add('muted');
    try {
      const response = await fetch('/analyze', { method: 'POST', headers: language, body: new FormData(form) });
      const body = await response.json();
      answer.textContent = body.success ? body.response : '';
      if (!body.success) { notice.textContent = body.error; notice.className = 'notice bad'; }
      answer.classList.toggle('muted', !body.success);
    } catch (error) {
      answer.textContent = '';
      notice.textContent = `${document.body.dataset.unreachable} (${error.message}).`;
      notice.className = 'notice bad';
    } finally {
      button.disabled = false;
    }
  });

  const status = document.querySelector('#status');
  const look = async () => {
    const state = await (await fetch('/status', { headers: language })).json();
    status.textContent = `${state.status} · ${state.device}`;
    status.title = state.message;
    status.className = `badge ${state.status}`;
    if (state.status === 'error') { notice.textContent = state.message; notice.className = 'notice bad'; }
    if (state.status === 'loading') setTimeout(() => look().catch(() => {}), 2000);
  };
  look().catch(() => { status.textContent = words.unknown; });
})();
