// Lights up a block's boxes and its text together. One listener per event for the whole document: it may have thousands of blocks.
(() => {
  const root = document.querySelector('.document');
  const blockOf = (element) => element.closest('[data-block]')?.dataset.block;
  let partsOf, lit;
  const partsOfLit = () => {
    partsOf ??= Map.groupBy(root.querySelectorAll('[data-block]'), blockOf);
    return partsOf.get(lit) ?? [];
  };
  const light = (block) => {
    if (block === lit) return;
    partsOfLit().forEach((part) => part.classList.remove('lit'));
    lit = block;
    partsOfLit().forEach((part) => part.classList.add('lit'));
  };
  const focused = () => (root.contains(document.activeElement) ? blockOf(document.activeElement) : undefined);

  root.addEventListener('pointerover', (event) => light(blockOf(event.target) ?? focused()));
  root.addEventListener('pointerleave', () => light(focused()));
  root.addEventListener('focusin', (event) => light(blockOf(event.target)));
  root.addEventListener('focusout', () => light(undefined));

  // Links work without this script; with it the page scrolls only as far as needed, and the other side takes the focus.
  root.addEventListener('click', (event) => {
    event.target.closest('.legend nav a')?.closest('details').removeAttribute('open');     // it would cover the page
    const link = event.target.closest('a.box, a.number');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const hash = link.getAttribute('href');
    const target = hash.startsWith('#') && document.getElementById(hash.slice(1));
    if (!target) return;        // on another page
    event.preventDefault();
    history.replaceState(null, '', hash);
    (target.querySelector('a.number') ?? target).focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest' });
  });
})();
