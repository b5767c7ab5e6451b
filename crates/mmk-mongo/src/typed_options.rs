//! Options of a client that have no form in a connection URI: the stable API, and TLS material that is given as text. What has a form there is
//! `uri`'s.

use std::io::Write;

use mmk_core::error::Error;
use mongodb::options::ClientOptions;
use mongodb::options::ServerApi;
use mongodb::options::Tls;
use tempfile::NamedTempFile;

use crate::uri::invalid;

/// Such options.
#[derive(Clone, Default)]
pub struct TypedOptions {
    pub server_api: Option<ServerApi>,
    /// Certificates of authorities, as PEM.
    pub authorities: Option<String>,
    /// The client's certificate and key, as PEM.
    pub certificate_and_key: Option<String>,
}

/// Files that a client reads while it is made; gone when this is dropped.
#[must_use]
pub struct PemFiles {
    _files: Vec<NamedTempFile>,
}

impl TypedOptions {
    /// Sets the options. The files must outlive the making of the client.
    pub(crate) fn apply(&self, options: &mut ClientOptions) -> Result<PemFiles, Error> {
        if let Some(server_api) = &self.server_api {
            options.server_api = Some(server_api.clone());
        }
        let mut files = Vec::new();
        // As in Node's driver: material alone doesn't switch TLS on.
        if let Some(Tls::Enabled(tls)) = &mut options.tls {
            for (text, path) in [
                (&self.authorities, &mut tls.ca_file_path),
                (&self.certificate_and_key, &mut tls.cert_key_file_path),
            ] {
                if let Some(text) = text {
                    let file = pem_file(text)?;
                    *path = Some(file.path().to_owned());
                    files.push(file);
                }
            }
        }
        Ok(PemFiles { _files: files })
    }
}

/// Readable by its owner only. The driver takes paths and no texts.
fn pem_file(text: &str) -> Result<NamedTempFile, Error> {
    let written = NamedTempFile::new().and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.flush()?;
        Ok(file)
    });
    written.map_err(|error| {
        invalid(format!(
            "TLS certificates given as text need a temporary file, which can't be written: {error}; set `TMPDIR`, or use `tlsCAFile` and `tlsCertificateKeyFile`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use mongodb::options::ServerApiVersion;
    use mongodb::options::TlsOptions;

    use super::*;

    fn typed() -> TypedOptions {
        TypedOptions {
            server_api: Some(ServerApi::builder().version(ServerApiVersion::V1).build()),
            authorities: Some("the authorities".to_owned()),
            certificate_and_key: None,
        }
    }

    #[test]
    fn texts_become_files_that_only_the_making_of_the_client_sees() {
        let mut options = ClientOptions::default();
        options.tls = Some(Tls::Enabled(TlsOptions::default()));
        let files = typed().apply(&mut options).unwrap();
        let Some(Tls::Enabled(tls)) = &options.tls else {
            panic!("TLS stays on")
        };
        let path = tls.ca_file_path.clone().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "the authorities");
        assert_eq!(tls.cert_key_file_path, None);
        drop(files);
        assert!(!path.exists());
        assert!(options.server_api.is_some());
    }

    #[test]
    fn material_alone_does_not_switch_tls_on() {
        let mut options = ClientOptions::default();
        let files = typed().apply(&mut options).unwrap();
        assert!(options.tls.is_none() && files._files.is_empty());
    }
}
