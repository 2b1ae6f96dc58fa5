/** What can be seen of a page with figures. */
import type { OpenPage } from './browser.js';

/** A figure that is shown. */
export interface SeenFigure {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** Lines, marks and texts in it. */
  readonly marks: number;
}

/** What a reader sees, in pixels. */
export interface Seen {
  readonly figures: readonly SeenFigure[];
  /** Width of all that the page can be scrolled to. */
  readonly pageWidth: number;
  /** The smallest letters. */
  readonly smallest: { readonly size: number; readonly text: string };
  /** Texts of figures that lie on one another. */
  readonly touching: readonly string[];
  /** Texts that reach beyond their figure. */
  readonly cut: readonly string[];
}

/** Runs in the page. */
function inPage(): Seen {
  const shown = [...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().width > 0);
  const scaleOf = (svg: Element): number => svg.getBoundingClientRect().width / Number(svg.getAttribute('width'));
  const sizeOf = (node: Element): number => Number.parseFloat(getComputedStyle(node).fontSize);
  const texts = shown.map((svg) => [...svg.querySelectorAll('text')].filter((text) => text.textContent !== ''));
  const words = [...document.body.querySelectorAll('*')].filter(
    (node) =>
      node.closest('svg') === null &&
      node.getBoundingClientRect().width > 0 &&
      [...node.childNodes].some((child) => child.nodeType === 3 && (child.textContent ?? '').trim() !== ''),
  );
  const sizes = [
    ...words.map((node) => ({ size: sizeOf(node), text: node.textContent ?? '' })),
    ...texts.flatMap((list, k) =>
      list.map((node) => ({ size: sizeOf(node) * scaleOf(shown[k]), text: node.textContent ?? '' })),
    ),
  ];
  // Boxes of letters are higher than what is drawn of them.
  const [slack, edge] = [2, 1];
  const touching = texts.flatMap((list) => {
    const boxes = list.map((node) => ({ text: node.textContent ?? '', box: node.getBoundingClientRect() }));
    return boxes.flatMap(({ text, box }, k) =>
      boxes
        .slice(k + 1)
        .filter(
          (other) =>
            Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left) > slack &&
            Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top) > slack,
        )
        .map((other) => `${text} | ${other.text}`),
    );
  });
  const cut = texts.flatMap((list, k) => {
    const frame = shown[k].getBoundingClientRect();
    const isCut = ({ left, right, top, bottom }: DOMRect): boolean =>
      left < frame.left - edge || right > frame.right + edge || top < frame.top - edge || bottom > frame.bottom + edge;
    return list.filter((node) => isCut(node.getBoundingClientRect())).map((node) => node.textContent ?? '');
  });
  return {
    figures: shown.map((svg) => {
      const { width, height } = svg.getBoundingClientRect();
      return {
        label: svg.getAttribute('aria-label') ?? '',
        width,
        height,
        marks: svg.querySelectorAll('path, line, circle, text').length,
      };
    }),
    pageWidth: document.documentElement.scrollWidth,
    smallest: sizes.reduce((least, one) => (one.size < least.size ? one : least)),
    touching,
    cut,
  };
}

/** Looks at a page that is open. */
export async function look(page: OpenPage): Promise<Seen> {
  return (await page.evaluate(`(${inPage})()`)) as Seen;
}
