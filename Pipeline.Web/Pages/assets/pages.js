// j and k leaf through pages, as the links "next" and "previous" do.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, [contenteditable]')) return;
  const rel = { j: 'next', k: 'prev' }[event.key];
  if (rel) document.querySelector(`a[rel="${rel}"]`)?.click();
});
