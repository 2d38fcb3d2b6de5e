# The server with its web client in it: `docker build -t loggia .`, or the same with podman or buildah.

FROM docker.io/library/node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM docker.io/library/rust:1-bookworm AS server
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
RUN cargo build --release --locked --package loggia --bin loggia

# It brings its own SQLite and its own certificates of authorities: nothing else is needed.
FROM docker.io/library/debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/loggia --shell /usr/sbin/nologin loggia \
    && install -d -o loggia -g loggia -m 0700 /var/lib/loggia
COPY --from=server /src/target/release/loggia /usr/local/bin/loggia
USER loggia
ENV LOGGIA_DATA_DIR=/var/lib/loggia LOGGIA_LISTEN=0.0.0.0:8080
VOLUME /var/lib/loggia
EXPOSE 8080
HEALTHCHECK --start-period=30s --interval=30s --timeout=10s CMD ["loggia", "ready"]
ENTRYPOINT ["loggia"]
CMD ["serve"]
