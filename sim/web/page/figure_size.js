// A figure as wide as there is room: panels share the width, or stand one under the other where it is narrow.

const NARROW = 560; // px below which panels stack
const WIDE = 1150; // px from which a figure is for a whole room, and is enlarged with its letters
const ENLARGED = 1.3;
const LABELS = 96; // px that an axis with its labels takes, at a first guess
const GAP = 20; // px between panels
const LEAST = 120; // px of a panel
const WRITTEN = 40; // px beside a plot for the number written at its last point

/** Draw a specification with its rows into a place `space` pixels wide; resolves to the Vega view. */
export async function fitted(place, spec, rows, space) {
  const scale = space > WIDE ? ENLARGED : 1;
  const room = space / scale;
  const panels = panelsOf(spec, rows, room);
  let width = Math.max((room - LABELS) / panels - GAP, LEAST);
  let view = await embed(place, sized(spec, room, width), rows);
  const over = drawnWidth(place) - room;
  if (!fits(spec) && (over > 0 || over < -24)) {
    width = Math.max(width - (over + 2) / panels, LEAST);
    view.finalize();
    view = await embed(place, sized(spec, room, width), rows);
  }
  if (scale > 1) place.querySelector("svg").style.width = `${scale * drawnWidth(place)}px`;
  return view;
}

async function embed(place, spec, rows) {
  const { view } = await window.vegaEmbed(
    place,
    { ...spec, datasets: { ...spec.datasets, ...structuredClone(rows) } },
    { actions: false, renderer: "svg", logLevel: 1, tooltip: { theme: "light" } },
  );
  return view;
}

const drawnWidth = (place) => place.querySelector("svg")?.getBoundingClientRect().width ?? 0;

/** Whether the figure can be told its whole width; of others only the plot's is told, and the axes are measured. */
const fits = (spec) => !faceted(spec) && !spec.height?.step;

const faceted = (spec) => Boolean(spec.facet || spec.spec || spec.hconcat || spec.concat);

/** How many panels stand side by side. */
function panelsOf(spec, rows, room) {
  if (room < NARROW) return 1;
  if (spec.hconcat) return spec.hconcat.length;
  const field = spec.facet?.column?.field ?? spec.facet?.field;
  if (!field) return spec.repeat?.column?.length ?? 1;
  const found = new Set(
    Object.values(rows)
      .flatMap((table) => table.map((row) => row[field]))
      .filter((one) => one !== undefined),
  );
  return Math.max(Math.min(found.size, spec.columns ?? found.size), 1);
}

/** The specification at a width: `room` for a single view, `width` for each panel. */
function sized(full, room, width) {
  const spec = room < NARROW ? brief(full) : full;
  if (spec.vconcat) return { ...spec, vconcat: spec.vconcat.map((one) => ({ ...one, width })) };
  if (spec.hconcat || spec.concat) return concatenated(spec, room, width);
  if (fits(spec))
    return {
      ...spec,
      width: room,
      autosize: { type: "fit-x", contains: "padding" },
      padding: { left: 5, top: 5, bottom: 5, right: written(spec) ? WRITTEN : 8 },
    };
  if (!faceted(spec)) return { ...spec, width };
  const inner = { ...spec, spec: { ...spec.spec, width } };
  return room < NARROW ? stacked(inner) : inner;
}

const isText = ({ mark }) => (mark?.type ?? mark) === "text";

const written = (spec) => spec.layer?.some(isText);

/** What fits a phone: keys in two columns, and no words beside a point, which the heading says too. */
function brief(spec) {
  const legend = { ...spec.config?.legend, columns: 2 };
  const layer = spec.layer?.filter((one) => !(isText(one) && one.data?.name === "crossing"));
  return { ...spec, ...(layer && { layer }), config: { ...spec.config, legend } };
}

function concatenated(spec, room, width) {
  const views = (spec.hconcat ?? spec.concat).map((one) => ({ ...one, width }));
  const { hconcat, concat, ...rest } = spec;
  return { ...rest, concat: views, columns: room < NARROW ? 1 : (spec.columns ?? views.length) };
}

function stacked(spec) {
  if (!spec.facet?.column) return { ...spec, columns: 1 };
  const { column, ...others } = spec.facet;
  return Object.keys(others).length ? spec : { ...spec, facet: column, columns: 1 };
}
