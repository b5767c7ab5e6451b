//! How clients reach the servers: connection strings, with credentials and TLS where the sandbox has them.

use std::path::Path;
use std::time::Duration;

use bson::Document;
use mongodb::Client;
use mongodb::options::ClientOptions;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;

use crate::Authentication;
use crate::SandboxError;
use crate::Tls;

/// As whom a client connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// As the sandbox's user, when it has one.
    User,
    /// Without credentials, as before there is any user.
    Nobody,
}

/// Credentials and certificates of one sandbox.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) authentication: Option<Authentication>,
    pub(crate) tls: Option<Tls>,
}

impl Access {
    /// The connection string for `hosts`; `options` come first in its query.
    pub(crate) fn uri(
        &self,
        hosts: &[String],
        database: &str,
        options: &[(&str, &str)],
        role: Role,
    ) -> String {
        let mut query: Vec<String> = options
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut credentials = String::new();
        if let (Some(authentication), Role::User) = (&self.authentication, role) {
            credentials = format!(
                "{}:{}@",
                encode(&authentication.user),
                encode(&authentication.password)
            );
            query.push("authSource=admin".to_owned());
        }
        if let Some(tls) = &self.tls {
            query.push("tls=true".to_owned());
            query.push(format!("tlsCAFile={}", encode_path(&tls.ca_file)));
            if let Some(client) = &tls.client_certificate_key_file {
                query.push(format!("tlsCertificateKeyFile={}", encode_path(client)));
            }
        }
        format!(
            "mongodb://{credentials}{}/{}?{}",
            hosts.join(","),
            encode(database),
            query.join("&")
        )
    }

    /// A client for one server, whatever its state. It belongs to the present runtime and is to be dropped there.
    pub(crate) async fn connect(&self, host: &str, role: Role) -> Result<Client, SandboxError> {
        const PATIENCE: Duration = Duration::from_secs(5);
        let uri = self.uri(
            &[host.to_owned()],
            "",
            &[("directConnection", "true")],
            role,
        );
        let refused = |error: mongodb::error::Error| refused("connect", &error);
        let mut options = ClientOptions::parse(uri).await.map_err(refused)?;
        options.app_name = Some("mmk-sandbox".to_owned());
        options.server_selection_timeout = Some(PATIENCE);
        Client::with_options(options).map_err(refused)
    }

    /// Runs one command on `admin` of one server.
    pub(crate) async fn run(
        &self,
        host: &str,
        role: Role,
        name: &'static str,
        command: Document,
    ) -> Result<Document, SandboxError> {
        self.connect(host, role)
            .await?
            .database("admin")
            .run_command(command)
            .await
            .map_err(|error| refused(name, &error))
    }
}

fn refused(command: &'static str, error: &mongodb::error::Error) -> SandboxError {
    SandboxError::Command {
        command,
        reason: error.to_string(),
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn encode_path(path: &Path) -> String {
    encode(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_carries_credentials_and_certificates_encoded() {
        let access = Access {
            authentication: Some(Authentication {
                user: "root".to_owned(),
                password: "p@ss/word".to_owned(),
                key_file: None,
            }),
            tls: Some(Tls {
                certificate_key_file: "/a b/server.pem".into(),
                ca_file: "/a b/ca.pem".into(),
                client_certificate_key_file: None,
            }),
        };
        let hosts = ["localhost:1".to_owned(), "localhost:2".to_owned()];

        assert_eq!(
            access.uri(&hosts, "shop", &[("replicaSet", "mmk")], Role::User),
            "mongodb://root:p%40ss%2Fword@localhost:1,localhost:2/shop?replicaSet=mmk&authSource=admin&tls=true\
             &tlsCAFile=%2Fa%20b%2Fca%2Epem"
        );
        assert_eq!(
            access.uri(
                &hosts[..1],
                "",
                &[("directConnection", "true")],
                Role::Nobody
            ),
            "mongodb://localhost:1/?directConnection=true&tls=true&tlsCAFile=%2Fa%20b%2Fca%2Epem"
        );
    }
}
