# The service as one image: a bundle, its two native modules and the migrations on Node.
# Build: docker build -t countersign .   Run: docker run -p 8080:8080 -v countersign:/data --env-file settings.env countersign
ARG NODE_IMAGE=node:26-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE ./
COPY scripts/bundle.ts scripts/
COPY bin bin
COPY drizzle drizzle
COPY src src
RUN node scripts/bundle.ts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Countersign" \
      org.opencontainers.image.description="Self-hosted verification service" \
      org.opencontainers.image.licenses="Apache-2.0"
# Each thread of the hasher would keep malloc memory of its own; argon2's blocks of 19 MiB go back to the system.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATA_DIR=/data \
    MALLOC_ARENA_MAX=1 \
    MALLOC_TRIM_THRESHOLD_=268435456 \
    MALLOC_MMAP_THRESHOLD_=33554432
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
CMD ["node", "dist/main.js"]
