# Images of the `ntk` command: --target cpu (WebAssembly, gcc and OpenBLAS on the processor) and --target vulkan (NVIDIA GPUs by WebGPU).
# docs/guide/clusters.md says how to build and run them.

FROM node:22-bookworm-slim AS build
WORKDIR /opt/ntk
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build scripts/bundle.mjs scripts/stale.mjs scripts/
COPY src src
COPY kernels kernels
# Of the packages only what runs here stays: no developer's tools, no TensorFlow without its library, no other systems' Dawn.
RUN bash scripts/build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/@tensorflow/tfjs-node-gpu \
  && find node_modules/webgpu/dist -mindepth 1 -maxdepth 1 ! -name 'linux-*' -exec rm -rf {} + \
  && find node_modules/@tensorflow -name '*.map' -delete

FROM node:22-bookworm-slim AS cpu
# What is compiled is kept where any user of a container may make a folder of its own.
ENV NODE_ENV=production NTK_CACHE=/tmp/ntk-engine
# BLAS and LAPACK for products and factorisations, a compiler for --backend compiled; the version is that of the base image's Debian release.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends gcc libc6-dev libopenblas0-pthread \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/ntk/package.json /opt/ntk/package.json
COPY --from=build /opt/ntk/node_modules /opt/ntk/node_modules
COPY --from=build /opt/ntk/dist /opt/ntk/dist
RUN ln -s /opt/ntk/dist/src/cli/main.js /usr/local/bin/ntk \
  && install -d -o 1000 -g 1000 /work
# 1000 is the user `node` of the base image; as a number, so that Kubernetes sees that it is not root.
USER 1000:1000
WORKDIR /work
HEALTHCHECK --interval=5m --timeout=30s CMD ["ntk", "backends", "--json"]
ENTRYPOINT ["ntk"]

FROM cpu AS vulkan
# The driver itself comes from the host, by the NVIDIA container toolkit; `graphics` is what brings its Vulkan part.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics
USER 0:0
# Versions are those of the base image's Debian release.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends libvulkan1 libegl1 libxext6 \
  && rm -rf /var/lib/apt/lists/*
USER 1000:1000
