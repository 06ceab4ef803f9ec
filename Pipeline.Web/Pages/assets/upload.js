// The drop zone of documents: files, whole folders and zips. What is neither PDF nor zip is named, not sent.
(() => {
  const form = document.querySelector('#start-upload');
  const drop = form?.querySelector('.drop');
  if (!drop) return;
  const input = form.elements.files;
  const chosen = drop.querySelector('.chosen');
  const wanted = (file) => /\.(pdf|zip)$/i.test(file.name);

  const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const take = (files) => {
    form.chosen = files.filter(wanted);
    const refused = files.filter((file) => !wanted(file)).map((file) => file.name);
    input.required = form.chosen.length === 0;
    chosen.replaceChildren(drop.dataset.chosen.replace('{0}', form.chosen.length)
      .replace('{1}', size(form.chosen.reduce((sum, file) => sum + file.size, 0))));
    if (refused.length > 0) {
      const note = document.createElement('small');
      note.textContent = `${drop.dataset.refused} ${refused.slice(0, 5).join(', ')}${refused.length > 5 ? ` … (${refused.length})` : ''}`;
      chosen.append(note);
    }
    chosen.classList.remove('hidden');
    drop.querySelector('.invite').classList.add('hidden');
  };

  // A folder lists its entries a hundred at a time.
  const entriesOf = async (folder) => {
    const reader = folder.createReader();
    const all = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
      if (some.length === 0) return all;
      all.push(...some);
    }
  };
  const filesOf = async (entry) => {
    if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
    const files = [];
    for (const inner of await entriesOf(entry)) files.push(...await filesOf(inner));
    return files;
  };

  input.addEventListener('change', () => take([...input.files]));
  ['dragenter', 'dragover'].forEach((name) => drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  }));
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', async (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...event.dataTransfer.files];
    take(entries.length > 0 ? (await Promise.all(entries.map(filesOf))).flat() : loose);
  });
})();
