// Conversations of this browser: kept here and nowhere else, the latest first. Images are left out, they would fill the storage.
const Threads = (() => {
  const key = 'pipeline.conversations';
  const most = 30;
  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? '[]');
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  };
  const write = (threads) => {
    for (let kept = threads.slice(0, most); ; kept = kept.slice(0, Math.floor(kept.length / 2))) {
      try {
        localStorage.setItem(key, JSON.stringify(kept));
        return;
      } catch {
        if (kept.length < 2) return;        // storage is full or off: the conversation goes on without it
      }
    }
  };
  return {
    all: read,
    save: (thread) => write([thread, ...read().filter((other) => other.id !== thread.id)]),
    forget: (id) => write(read().filter((other) => other.id !== id)),
  };
})();
