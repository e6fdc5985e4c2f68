# syntax=docker/dockerfile:1

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin rasad \
    && install -D -s target/release/rasad /out/usr/local/bin/rasad
# Besides the program: the C library that it is linked with, certificates, and a user without rights.
RUN for file in $(ldd /out/usr/local/bin/rasad | grep -o '/[^ ]*') /etc/ssl/certs/ca-certificates.crt; do \
        install -D "$(realpath "$file")" "/out$file"; \
    done \
    && install -D -m 644 -t /out/etc/rasad config/*.toml \
    && echo 'rasad:x:65532:65532::/var/lib/rasad:/none' > /out/etc/passwd \
    && echo 'hosts: files dns' > /out/etc/nsswitch.conf \
    && install -d -m 1777 /out/tmp \
    && install -d -o 65532 -g 65532 /out/var/lib/rasad

# Nothing else: no shell, no package manager.
FROM scratch
COPY --from=build /out /
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
