import type * as TensorFlow from '@tensorflow/tfjs';
import type { TensorEngine } from '../../../src/backend/tensor-device.js';
import type { Tensor } from './tfjs.js';

type Resizer = TensorFlow.layers.Layer & { readonly interpolation?: string; readonly dataFormat?: string };

const isModel = (layer: object): layer is TensorFlow.LayersModel => 'layers' in layer;

/** Layers of a model, and of models in it. */
function layersOf({ layers }: TensorFlow.LayersModel): readonly TensorFlow.layers.Layer[] {
  return layers.flatMap((layer) => (isModel(layer) ? layersOf(layer) : [layer]));
}

/**
 * Makes layers that resize images do it as Keras does, which takes a pixel for its middle: TensorFlow.js takes it for
 * its corner.
 */
export function resizeAsKeras({ tf }: TensorEngine, model: TensorFlow.LayersModel): void {
  for (const layer of layersOf(model) as readonly Resizer[]) {
    if (!['UpSampling2D', 'Resizing'].includes(layer.getClassName())) continue;
    const { interpolation, dataFormat } = layer;
    const isFirst = dataFormat === 'channelsFirst';
    layer.call = (inputs) =>
      tf.tidy(() => {
        const x = (Array.isArray(inputs) ? inputs[0] : inputs) as TensorFlow.Tensor4D;
        const shape = layer.computeOutputShape(x.shape) as number[];
        const [height, width] = isFirst ? shape.slice(2) : shape.slice(1, 3);
        const resize = interpolation === 'bilinear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
        const images: Tensor = isFirst ? tf.transpose(x, [0, 2, 3, 1]) : x;
        const resized = resize(images as TensorFlow.Tensor4D, [height, width], false, true);
        return isFirst ? tf.transpose(resized, [0, 3, 1, 2]) : resized;
      });
  }
}
