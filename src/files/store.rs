//! Where whole files are kept: a directory, or a bucket of an S3 service.

use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use tokio::io::AsyncWriteExt;

use super::images::SIZES;
use super::{Error, Hash, io};

/// How long a connection to an S3 service may take, and how long it may say nothing.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// For how long from its beginning on a download that breaks off is gone on with.
const RETRY_DEADLINE: Duration = Duration::from_secs(24 * 3_600);
/// What is put into a bucket to try it, and what is in that.
const PROBE: &str = "loggia-tries-this-bucket";
/// How many files are looked for at a time.
const LOOKS_AT_ONCE: usize = 16;

/// How a bucket is reached.
#[derive(Debug, Clone)]
pub struct S3 {
    pub endpoint: String,
    pub bucket: String,
    pub region: String,
    pub key: String,
    pub secret: String,
}

/// Bytes as they come.
pub type Bytes = BoxStream<'static, Result<bytes::Bytes, Error>>;

/// Whole files by their hashes.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// Where they are, if here.
    dir: Option<PathBuf>,
}

fn path(hash: &Hash) -> Path {
    let directory = hash.as_str().get(..2).unwrap_or_default();
    Path::from_iter(["files", directory, hash.as_str()])
}

fn small_path(hash: &Hash, side: u32) -> Path {
    let directory = hash.as_str().get(..2).unwrap_or_default();
    Path::from_iter(["thumbnails", directory, &format!("{hash}-{side}")])
}

fn is_missing(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. })
}

/// A bucket, which is not asked for anything yet.
fn bucket(s3: S3, retry: RetryConfig) -> Result<AmazonS3, Error> {
    // Fails when there is one already, which will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Whoever downloads a large file may take as long as they need.
    let options = ClientOptions::new()
        .with_allow_http(s3.endpoint.starts_with("http://"))
        .with_timeout_disabled()
        .with_connect_timeout(CONNECT_DEADLINE)
        .with_read_timeout(SILENCE_MAX);
    let objects = AmazonS3Builder::new()
        .with_endpoint(s3.endpoint)
        .with_bucket_name(s3.bucket)
        .with_region(s3.region)
        .with_access_key_id(s3.key)
        .with_secret_access_key(s3.secret)
        .with_client_options(options)
        .with_retry(retry)
        .build();
    objects.map_err(|error| Error::Open(error.to_string()))
}

impl Store {
    /// # Errors
    /// Those of the file system.
    pub fn in_directory(dir: &FilePath) -> Result<Store, Error> {
        std::fs::create_dir_all(dir).map_err(io("cannot make the directory for files"))?;
        let objects = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Store { objects: Arc::new(objects), dir: Some(dir.to_path_buf()) })
    }

    /// As [`Store::in_directory`], to read only: one that is not there has no files, and is not made.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn found_in(dir: &FilePath) -> Result<Store, Error> {
        if dir.try_exists().map_err(io("cannot look for the directory of files"))? {
            return Store::in_directory(dir);
        }
        Ok(Store { objects: Arc::new(InMemory::new()), dir: Some(dir.to_path_buf()) })
    }

    /// Whether the files are on this machine's disks: what can't be read there won't be in a minute either.
    pub fn is_here(&self) -> bool {
        self.dir.is_some()
    }

    /// # Errors
    /// What is wrong with the settings; the service itself is not asked.
    pub fn in_bucket(s3: S3) -> Result<Store, Error> {
        let retry = RetryConfig { retry_timeout: RETRY_DEADLINE, ..RetryConfig::default() };
        Ok(Store { objects: Arc::new(bucket(s3, retry)?), dir: None })
    }

    /// Puts a few bytes into a bucket, gets and deletes them: each once.
    ///
    /// # Errors
    /// What the service refuses, or that it can't be reached.
    pub async fn try_bucket(s3: S3) -> Result<(), Error> {
        let objects = bucket(s3, RetryConfig { max_retries: 0, ..RetryConfig::default() })?;
        let path = Path::from(PROBE);
        objects.put(&path, PutPayload::from_static(PROBE.as_bytes())).await?;
        let found = objects.get(&path).await?.bytes().await?;
        objects.delete(&path).await?;
        match found == PROBE.as_bytes() {
            true => Ok(()),
            false => Err(Error::Open("it does not give back what it was given".to_owned())),
        }
    }

    /// Copies a whole part into the store, a piece at a time. It is durable when this answers.
    pub async fn put(&self, hash: &Hash, part: &FilePath) -> Result<(), Error> {
        let cannot = "cannot store a file";
        self.clear(hash).await?;
        let mut from = tokio::fs::File::open(part).await.map_err(io(cannot))?;
        let mut to = BufWriter::new(self.objects.clone(), path(hash));
        if let Err(error) = tokio::io::copy(&mut from, &mut to).await {
            let _ = to.abort().await;
            return Err(io(cannot)(error));
        }
        // Once it was shut down, however that ended, it must not be aborted: it would panic.
        to.shutdown().await.map_err(io(cannot))
    }

    /// As [`Store::put`], for few bytes.
    pub async fn put_bytes(&self, hash: &Hash, bytes: Vec<u8>) -> Result<(), Error> {
        self.clear(hash).await?;
        self.objects.put(&path(hash), PutPayload::from(bytes)).await?;
        Ok(())
    }

    /// Whether a file's bytes are there.
    pub async fn has(&self, hash: &Hash) -> Result<bool, Error> {
        match self.objects.head(&path(hash)).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Those of many whose bytes are not there.
    ///
    /// # Errors
    /// It can't be told.
    pub async fn missing(&self, of: Vec<Hash>) -> Result<Vec<Hash>, Error> {
        let looks = of.into_iter().map(|hash| async move {
            let is_there = self.has(&hash).await?;
            Ok::<_, Error>((!is_there).then_some(hash))
        });
        let mut looks = futures_util::stream::iter(looks).buffered(LOOKS_AT_ONCE);
        let mut missing = Vec::new();
        while let Some(found) = looks.try_next().await? {
            missing.extend(found);
        }
        Ok(missing)
    }

    /// A file's bytes, or those of a range of it; none when it is not there.
    pub async fn get(&self, hash: &Hash, range: Option<Range<u64>>) -> Result<Option<Bytes>, Error> {
        self.read(&path(hash), range).await
    }

    async fn read(&self, path: &Path, range: Option<Range<u64>>) -> Result<Option<Bytes>, Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        match self.objects.get_opts(path, options).await {
            Ok(found) => Ok(Some(Box::pin(found.into_stream().map_err(Error::from)))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps a small picture of a file.
    pub async fn put_small(&self, hash: &Hash, side: u32, bytes: Vec<u8>) -> Result<(), Error> {
        self.objects.put(&small_path(hash, side), PutPayload::from(bytes)).await?;
        Ok(())
    }

    pub async fn get_small(&self, hash: &Hash, side: u32) -> Result<Option<bytes::Bytes>, Error> {
        match self.objects.get(&small_path(hash, side)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a file and all small pictures of it. What is not there is deleted.
    pub async fn delete(&self, hash: &Hash) -> Result<(), Error> {
        for path in SIZES.iter().map(|side| small_path(hash, *side)).chain([path(hash)]) {
            match self.objects.delete(&path).await {
                Err(error) if !is_missing(&error) => return Err(error.into()),
                _ => {}
            }
        }
        self.clear(hash).await
    }

    /// Deletes what a write that was killed has left: in a directory it stands beside its file, `#` and a number
    /// behind the name.
    async fn clear(&self, hash: &Hash) -> Result<(), Error> {
        let Some(dir) = &self.dir else { return Ok(()) };
        for of in [path(hash), small_path(hash, 0)] {
            let file = dir.join(of.as_ref());
            let Some(parent) = file.parent() else { continue };
            let Ok(mut entries) = tokio::fs::read_dir(parent).await else { continue };
            while let Some(entry) = entries.next_entry().await.map_err(io("cannot list files"))? {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with(hash.as_str()) && name.contains('#') {
                    tokio::fs::remove_file(entry.path()).await.map_err(io("cannot delete a file"))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a disk does that is full by the time the last bytes come.
    #[tokio::test]
    async fn what_fails_at_its_end_is_an_error_and_no_panic() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::in_directory(dir.path()).unwrap();
        let hash = Hash::of(&[7; 32]);
        let part = dir.path().join("part");
        std::fs::write(&part, "bytes").unwrap();
        let directory = dir.path().join(path(&hash).as_ref()).parent().unwrap().to_owned();
        std::fs::create_dir_all(directory.parent().unwrap()).unwrap();
        std::fs::write(&directory, "no directory").unwrap();
        assert!(store.put(&hash, &part).await.is_err());
        std::fs::remove_file(&directory).unwrap();
        store.put(&hash, &part).await.unwrap();
        assert!(store.has(&hash).await.unwrap());
    }
}
