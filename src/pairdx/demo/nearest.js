// A finger is wider than a point: the one nearest to the click is meant.
element.addEventListener('click', (event) => {
  const drawing = event.target.closest('svg');
  if (!drawing) return;
  const spot = new DOMPoint(event.clientX, event.clientY)
    .matrixTransform(drawing.getScreenCTM().inverse());
  const away = (one) => Math.hypot(one.dataset.x - spot.x, one.dataset.y - spot.y);
  const points = [...drawing.querySelectorAll('[data-row]')];
  if (!points.length) return;  // a sign of the legend
  const nearest = points.reduce((best, one) => (away(one) < away(best) ? one : best));
  points.forEach((one) => one.classList.toggle('chosen', one === nearest));
  trigger('click', {row: Number(nearest.dataset.row)});
});
