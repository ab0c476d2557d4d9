// A list whose items are dragged by their handles, with a mouse, a pen or a finger. Whoever has none of them gets buttons beside.

export function sortable(list, dropped) {
  const state = { now: null };
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0) return;
    event.preventDefault();
    list.setPointerCapture(event.pointerId);
    state.now = handle.closest("li");
    state.from = state.now.nextElementSibling;
    state.now.classList.add("dragged");
  });
  list.addEventListener("pointermove", (event) => {
    if (!state.now) return;
    const below = [...list.children].find((item) => {
      const box = item.getBoundingClientRect();
      return item !== state.now && event.clientY < box.top + box.height / 2;
    });
    if ((below ?? null) !== state.now.nextElementSibling && below !== state.now) list.insertBefore(state.now, below ?? null);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    list.addEventListener(end, () => {
      const item = state.now;
      if (!item) return;
      item.classList.remove("dragged");
      state.now = null;
      if (item.nextElementSibling !== state.from) dropped(item);
    });
  }
  return state;
}
