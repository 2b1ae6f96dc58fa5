/** Any layer as far as every layer is alike: it has a kind. The union of all of them is `Layer` in `index.ts`. */
export interface LayerNode {
  readonly kind: string;
}
