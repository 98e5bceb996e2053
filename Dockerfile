FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tesseract-ocr tesseract-ocr-chi-sim && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 fasttrack && mkdir /data && chown fasttrack /data
COPY --from=build /src/target/release/fasttrack /usr/local/bin/fasttrack
USER fasttrack
ENV FASTTRACK_LISTEN=0.0.0.0:8080 FASTTRACK_DATA_FOLDER=/data FASTTRACK_OCR=tesseract
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["fasttrack"]
CMD ["serve"]
