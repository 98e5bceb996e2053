//! A store of objects as S3 is spoken to: on this machine, over HTTP, with keys that it checks and a folder it keeps
//! everything in; and a wire to it that can be cut.

use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;

use super::proxy::Wire;

/// The bucket's name, and what comes before the keys in it.
const BUCKET: &str = "centre";
const PREFIX: &str = "files/of";
const KEY: &str = "AKIDTEST";
const SECRET: &str = "not-so-secret";

/// A bucket in a store that runs as long as the runtime it was started on.
pub struct Bucket {
    folder: tempfile::TempDir,
    pub wire: Wire,
    files_url: String,
}

impl Bucket {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut store = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        store.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let store = store.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire::to(listener.local_addr().unwrap().to_string()).await;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let store = store.clone();
                tokio::spawn(async move {
                    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), store).await;
                });
            }
        });
        let files_url = format!("s3://{BUCKET}/{PREFIX}?endpoint=http://{}&region=us-east-1", wire.address());
        Bucket { folder, wire, files_url }
    }

    /// The settings of a service that keeps its files here.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        vec![("files_url", &self.files_url), ("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)]
    }

    /// What uploads in parts left that neither ended nor were taken back.
    pub fn unfinished(&self) -> usize {
        let mut parts = 0;
        let is_part = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".upload_id-"));
        walk(self.folder.path(), &mut |path| parts += usize::from(is_part(path)));
        parts
    }

    /// The keys of all objects, in order, without what comes before them all.
    pub fn objects(&self) -> Vec<String> {
        let root = self.folder.path().join(BUCKET);
        let mut all = Vec::new();
        walk(&root, &mut |path| all.push(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned()));
        let own = |key: &String| key.strip_prefix(PREFIX).and_then(|k| k.strip_prefix('/')).map(str::to_owned);
        let mut keys: Vec<String> = all.iter().filter_map(own).collect();
        assert_eq!(keys.len(), all.len(), "something lies beside the prefix: {all:?}");
        keys.sort();
        keys
    }
}

/// Every file under a folder.
pub fn walk(folder: &Path, found: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found(&path) }
    }
}
