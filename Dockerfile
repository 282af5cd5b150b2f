# The service as one image: a bundle, its two native modules and the migrations on Node.
# Build: docker build -t countersign .   Run: docker run -p 127.0.0.1:8080:8080 -v countersign:/data --env-file settings.env countersign
ARG NODE_IMAGE=node:26-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE ./
COPY scripts/bundle.ts scripts/bundle-plugins.ts scripts/build-argon2.ts scripts/argon2-blocks.h scripts/argon2-fill.c scripts/
COPY bin bin
COPY docs docs
COPY drizzle drizzle
COPY src src
# The service spends its time on argon2: built for AVX2 it hashes twice as fast, and keeps its memory while it is busy.
# The portable build stays beside it.
RUN if [ "$(uname -m)" = x86_64 ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends g++; fi
RUN node scripts/bundle.ts --avx2

# The example beside the service, with its client: docker build --target login-app .
FROM build AS packages
COPY scripts/packages.ts scripts/
COPY packages packages
RUN node scripts/packages.ts

FROM ${NODE_IMAGE} AS login-app
COPY --from=packages /src/packages/client /app/node_modules/@countersign/client
COPY examples/login-app /app
USER 1000:1000
CMD ["node", "/app/server.mjs"]

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Countersign" \
      org.opencontainers.image.description="Self-hosted verification service" \
      org.opencontainers.image.licenses="Apache-2.0"
# For argon2's portable build, measured with its 19 MiB blocks: one malloc arena for all threads, each block straight from
# the system and back to it, in huge pages (idle: 100 MiB, not 240). It costs a fifth of a hash; malloc could keep blocks,
# but would not give them back.
# V8's young generation is small enough to share the processor's caches: 20 MiB less under a flood, 1 ms of CPU less per flow.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data \
    NODE_OPTIONS=--max-semi-space-size=4 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=16777216 \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1
COPY --from=build /src/dist/image /app
RUN ln -s /app/bin/countersign.mjs /usr/local/bin/countersign \
 && mkdir -m 0700 /data \
 && chown 1000:1000 /data
WORKDIR /app
USER 1000:1000
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["countersign", "healthcheck"]
# Without the flag a SIGUSR1 opens the inspector, and exposes every secret in memory.
CMD ["node", "--disable-sigusr1", "dist/main.js"]
