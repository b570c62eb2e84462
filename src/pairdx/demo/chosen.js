element.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-row]');
  if (chosen) trigger('click', {row: Number(chosen.dataset.row)});
});
