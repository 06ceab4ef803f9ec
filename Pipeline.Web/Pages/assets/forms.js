// Forms and buttons that talk to the API. Errors are shown in the server's words.
(() => {
  const say = (form, text, kind) => {
    const notice = form.querySelector('.notice');
    notice.textContent = text;
    notice.className = `notice ${kind}`;
  };

  const problem = async (answer) => {
    try {
      const body = await answer.json();
      return body.detail ?? body.error?.message ?? body.error ?? answer.statusText;
    } catch {
      return answer.status === 413 ? document.body.dataset.tooLarge : `${answer.status} ${answer.statusText}`;
    }
  };

  const number = (value) => (value === '' ? undefined : Number(value));
  const prune = (value) => Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== ''));

  const publishOf = (name, percent) => {
    const publish = prune({ promote_as: name, promotion_margin: percent === undefined ? undefined : percent / 100 });
    return Object.keys(publish).length > 0 ? publish : undefined;
  };

  const optionsOf = (form) => {
    const value = (name) => form.elements[name]?.value.trim() ?? '';
    const training = prune({
      num_train_epochs: number(value('num_train_epochs')),
      max_steps: number(value('max_steps')),
      lora_rank: number(value('lora_rank')),
      learning_rate: number(value('learning_rate')),
    });
    const options = prune({ name: value('name'), base_model: value('base_model') });
    if (Object.keys(training).length > 0) options.training = training;
    if (form.elements.captions && !form.elements.captions.checked) options.caption = { enabled: false };
    if (form.elements.retrain?.checked) options.retrain = true;
    return options;
  };

  const send = async (form, url, init) => {
    const button = form.querySelector('button[type=submit]');
    button.disabled = true;
    say(form, document.body.dataset.sending, '');
    try {
      const answer = await fetch(url, init);
      if (!answer.ok) {
        say(form, await problem(answer), 'bad');
        return null;
      }
      return answer;
    } catch (error) {
      say(form, `${document.body.dataset.unreachable} (${error.message}).`, 'bad');
      return null;
    } finally {
      button.disabled = false;
    }
  };
  const json = (body, method = 'POST') => ({ method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

  document.querySelector('#start-folder')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const answer = await send(form, '/api/ingest/folder', json({ folder: form.elements.folder.value.trim(), options: optionsOf(form) }));
    if (answer) location.href = `/runs/${(await answer.json()).run_id}`;
  });

  // fetch tells nothing of how far an upload is.
  const upload = (form, body) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const progress = form.querySelector('progress');
    request.open('POST', '/api/ingest');
    request.upload.onprogress = (event) => {
      if (!progress || !event.lengthComputable) return;
      progress.classList.remove('hidden');
      progress.value = event.loaded / event.total;
    };
    request.onloadend = () => {
      progress?.classList.add('hidden');
      resolve(request.status === 0 ? null : new Response(request.responseText, { status: request.status }));
    };
    request.send(body);
  });

  document.querySelector('#start-upload')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const button = form.querySelector('button[type=submit]');
    const body = new FormData();
    body.append('options', JSON.stringify(optionsOf(form)));
    for (const file of form.chosen ?? form.elements.files.files) body.append('files', file);
    button.disabled = true;
    say(form, document.body.dataset.sending, '');
    const answer = await upload(form, body);
    button.disabled = false;
    if (!answer) say(form, document.body.dataset.unreachable, 'bad');
    else if (!answer.ok) say(form, await problem(answer), 'bad');
    else location.href = `/runs/${(await answer.json()).run_id}`;
  });

  document.querySelector('[data-start-samples]')?.addEventListener('click', async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    const answer = await fetch('/api/ingest/folder', json({ folder: 'samples', options: {} })).catch(() => null);
    if (answer?.ok) location.href = `/runs/${(await answer.json()).run_id}`;
    else { button.disabled = false; alert(answer ? await problem(answer) : document.body.dataset.unreachable); }
  });

  document.querySelector('#schedule')?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const value = (name) => form.elements[name].value.trim();
    const answer = await send(form, '/api/schedules', json({
      name: value('name'),
      cron: value('cron'),
      folder: value('folder'),
      time_zone: value('time_zone') || 'UTC',
      enabled: form.elements.enabled.checked,
      options: prune({ base_model: value('base_model'), publish: publishOf(value('promote_as'), number(value('margin'))) }),
    }));
    if (answer) location.reload();
  });

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('button[data-call]');
    if (!button || (button.dataset.confirm && !confirm(button.dataset.confirm))) return;
    button.disabled = true;
    const method = button.dataset.method ?? 'POST';
    const answer = await fetch(button.dataset.call, button.dataset.body ? json(JSON.parse(button.dataset.body), method) : { method });
    if (answer.ok) {
      const run = answer.status === 202 && !button.dataset.stay ? (await answer.json().catch(() => ({}))).run_id : undefined;
      if (run) location.href = `/runs/${run}`;
      else location.reload();
      return;
    }
    button.disabled = false;
    alert(await problem(answer));
  });
})();
