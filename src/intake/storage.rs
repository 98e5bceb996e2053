//! Where files lie: in a folder of this machine, or in a bucket of an S3-compatible store. To whoever keeps files
//! (`upload`) both are one [`ObjectStore`].
//!
//! Not here: keys to a bucket. They come as every program takes them, by the variables `AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, or by the role of the machine or container.
//!
//! # Why
//! No condition (`If-None-Match`) is asked of a bucket, which not every store knows: a file lies under its own hash,
//! so whatever is put there again is the same. That a store took the bytes that were sent is checked by itself: their
//! SHA-256 is in the signature of the request.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

/// How long connecting to the store of a bucket may take, in seconds.
pub const BUCKET_CONNECT_SECONDS: u64 = 2;
/// How long it may be silent, in seconds.
pub const BUCKET_SILENT_SECONDS: u64 = 30;
/// Most further tries of one request that the store did not answer, or answered with an error of its own.
const BUCKET_TRIES_MAX: usize = 3;
/// No further try begins so long after the first, in seconds.
const BUCKET_RETRY_SECONDS: u64 = 10;
/// First and longest wait between two tries, in milliseconds.
const BUCKET_BACKOFF_MS: (u64, u64) = (100, 1_000);

/// A bucket as the setting names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the keys in it begin with; may be empty.
    pub prefix: String,
    /// The store's address; none: Amazon's, or what `AWS_ENDPOINT_URL` says.
    pub endpoint: Option<Url>,
    /// Its region; none: what `AWS_REGION` says, or `us-east-1`.
    pub region: Option<String>,
}

impl Bucket {
    /// Reads `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`; prefix and both parameters may be left out. None where it
    /// is anything else, or holds a login: keys do not stand in a URL.
    pub fn of_url(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|u| u.scheme() == "s3")?;
        let plain = |u: &Url| u.username().is_empty() && u.password().is_none() && u.fragment().is_none();
        let name = url.host_str().filter(|n| !n.is_empty() && plain(&url) && url.port().is_none())?.to_owned();
        let mut bucket = Bucket { name, prefix: url.path().trim_matches('/').to_owned(), endpoint: None, region: None };
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "endpoint" if bucket.endpoint.is_none() => {
                    let endpoint = Url::parse(&value).ok().filter(|e| matches!(e.scheme(), "http" | "https") && plain(e))?;
                    bucket.endpoint = Some(endpoint);
                }
                "region" if bucket.region.is_none() && !value.is_empty() => bucket.region = Some(value.into_owned()),
                _ => return None,
            }
        }
        Some(bucket)
    }

    /// The bucket, ready to be asked; that it is there is found out by the first request.
    ///
    /// # Errors
    /// Keys or certificates that cannot be used.
    pub(super) fn open(&self) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
        // The provider is the process's; that another call installed it first is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (init_backoff, max_backoff) = BUCKET_BACKOFF_MS;
        let backoff =
            BackoffConfig { init_backoff: Duration::from_millis(init_backoff), max_backoff: Duration::from_millis(max_backoff), base: 2.0 };
        let retry = RetryConfig { backoff, max_retries: BUCKET_TRIES_MAX, retry_timeout: Duration::from_secs(BUCKET_RETRY_SECONDS) };
        // No deadline on the whole: a file goes out as fast as whoever asked for it takes it.
        let client = ClientOptions::new()
            .with_allow_http(self.endpoint.as_ref().is_some_and(|e| e.scheme() == "http"))
            .with_connect_timeout(Duration::from_secs(BUCKET_CONNECT_SECONDS))
            .with_read_timeout(Duration::from_secs(BUCKET_SILENT_SECONDS))
            .with_timeout_disabled();
        let mut builder = AmazonS3Builder::from_env().with_bucket_name(&self.name).with_client_options(client).with_retry(retry);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        if let Some(region) = &self.region {
            builder = builder.with_region(region);
        }
        let bucket = builder.build()?;
        Ok(if self.prefix.is_empty() { Arc::new(bucket) } else { Arc::new(PrefixStore::new(bucket, self.prefix.as_str())) })
    }
}

/// Whether an error is a bucket's that does not answer, is not there, or takes nothing from us.
pub(super) fn is_away(e: &object_store::Error) -> bool {
    use object_store::Error::{Generic, NotFound, PermissionDenied, Unauthenticated};
    matches!(e, Generic { store: "S3", .. } | NotFound { .. } | PermissionDenied { .. } | Unauthenticated { .. })
}

/// A folder, which must exist; what was put is on the disk.
pub(super) fn folder(path: &Path) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    Ok(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_its_url() {
        let bucket = Bucket::of_url("s3://centre/files/2026/?endpoint=http://127.0.0.1:9000&region=cn-north-1").unwrap();
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("centre", "files/2026"));
        assert_eq!(bucket.endpoint.unwrap().as_str(), "http://127.0.0.1:9000/");
        assert_eq!(bucket.region.as_deref(), Some("cn-north-1"));
        let bare = Bucket { name: "centre".into(), prefix: String::new(), endpoint: None, region: None };
        assert_eq!(Bucket::of_url("s3://centre"), Some(bare));
        for wrong in [
            "centre",
            "https://centre/files",
            "s3:///files",
            "s3://key:secret@centre/files",
            "s3://centre/?endpoint=ftp://store",
            "s3://centre/?endpoint=https://key:secret@store",
            "s3://centre/?secret=x",
            "s3://centre/?region=",
            "s3://centre/?region=a&region=b",
        ] {
            assert_eq!(Bucket::of_url(wrong), None, "{wrong}");
        }
    }
}
