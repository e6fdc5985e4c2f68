# syntax=docker/dockerfile:1

FROM docker.io/library/rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin rasad \
    && install -D -s target/release/rasad /out/usr/local/bin/rasad \
    && install -D -m 644 -t /out/etc/rasad config/*.toml \
    && install -d /out/var/lib/rasad

# glibc, libgcc, CA certificates, time zones and a user without rights; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/usr /usr
COPY --from=build /out/etc/rasad /etc/rasad
COPY --from=build --chown=65532:65532 /out/var/lib/rasad /var/lib/rasad
# A number, so that orchestrators can see that it is not root.
USER 65532:65532
WORKDIR /var/lib/rasad
# The addresses are the container's own: what is reachable from outside is decided by what is published.
ENV RASAD_CONFIG=/etc/rasad \
    RASAD_DATABASE__URL=sqlite:///var/lib/rasad/rasad.db \
    RASAD_WEB__LISTEN=0.0.0.0:8080 \
    RASAD_WEB__OPS_LISTEN=0.0.0.0:9464
VOLUME /var/lib/rasad
EXPOSE 8080 9464
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["/usr/local/bin/rasad", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/rasad"]
CMD ["serve"]
