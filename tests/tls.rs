//! Encrypted servers with access control: what a right connection string opens, and what is said about a wrong one.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use bson::doc;
use mmk_sandbox::Authentication;
use mmk_sandbox::Sandbox;
use mmk_sandbox::Tls;
use mongodb::Client;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::DistinguishedName;
use rcgen::DnType;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;

use crate::support::Output;
use crate::support::Project;
use crate::support::block_on;
use crate::support::finish;
use crate::support::start_sandbox;

const PASSWORD: &str = "tlsmarkerword";

/// An authority that signs what it is asked to.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new([]).expect("parameters");
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).expect("a certificate");
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).expect("a file");
        Self {
            issuer: Issuer::new(parameters, key),
            file,
        }
    }

    /// Certificate and key in one file. Its subject is `CN=<name>,O=<name>s`.
    fn sign(&self, folder: &Path, name: &str, host: &str, until: Validity) -> PathBuf {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new([host.to_owned()]).expect("parameters");
        parameters.distinguished_name = DistinguishedName::new();
        parameters
            .distinguished_name
            // Servers and clients must differ in it: the server takes its own organisation for a member of the cluster.
            .push(DnType::OrganizationName, format!("{name}s"));
        parameters.distinguished_name.push(DnType::CommonName, name);
        if until == Validity::Over {
            parameters.not_before = rcgen::date_time_ymd(2001, 1, 1);
            parameters.not_after = rcgen::date_time_ymd(2002, 1, 1);
        }
        let certificate = parameters
            .signed_by(&key, &self.issuer)
            .expect("a certificate");
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem() + &key.serialize_pem()).expect("a file");
        file
    }
}

#[derive(PartialEq)]
enum Validity {
    Now,
    Over,
}

struct Secured {
    folder: tempfile::TempDir,
    authority: Authority,
    sandbox: Sandbox,
    host: String,
}

/// A server that demands TLS and a client certificate, with a user by password and one by certificate for `database`.
async fn secured(database: &str) -> Secured {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let authority = Authority::new(folder.path(), "authority");
    let tls = Tls {
        certificate_key_file: authority.sign(folder.path(), "server", "127.0.0.1", Validity::Now),
        client_certificate_key_file: Some(authority.sign(
            folder.path(),
            "client",
            "client",
            Validity::Now,
        )),
        ca_file: authority.file.clone(),
    };
    let sandbox = start_sandbox(|options| {
        let mut options = options
            .tls(tls)
            .parameter(
                "authenticationMechanisms",
                "SCRAM-SHA-1,SCRAM-SHA-256,MONGODB-X509",
            )
            .authentication(Authentication {
                user: "root".to_owned(),
                password: PASSWORD.to_owned(),
                key_file: None,
            });
        options.deadline = Duration::from_secs(120);
        options
    })
    .await;
    let client = Client::with_uri_str(sandbox.uri())
        .await
        .expect("the URI is right");
    client
        .database("admin")
        .run_command(doc! {
            "createUser": "migrator", "pwd": PASSWORD, "mechanisms": ["SCRAM-SHA-256"],
            "roles": [{"role": "readWrite", "db": database}],
        })
        .await
        .expect("the user can be made");
    client
        .database("$external")
        .run_command(doc! {
            "createUser": "CN=client,O=clients",
            "roles": [{"role": "readWrite", "db": database}],
        })
        .await
        .expect("the user can be made");
    let host = sandbox
        .uri()
        .split('@')
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("a host")
        .to_owned();
    Secured {
        folder,
        authority,
        sandbox,
        host,
    }
}

fn up(project: &Project, uri: &str, arguments: &[&str]) -> Output {
    let mut command = project.command(arguments);
    command.env("MMK_URI", uri);
    let output = finish(command);
    assert!(
        !output.stderr.contains(PASSWORD) && !output.stdout.contains(PASSWORD),
        "the password was printed"
    );
    output
}

fn encoded(path: &Path) -> String {
    path.to_string_lossy().replace('/', "%2F")
}

#[test]
fn every_way_of_authentication_over_tls_works_and_wrong_ones_are_explained() {
    let project = Project::new();
    project.script(
        "1-a.js",
        "const s = await db.collection('a').insertOne({ _id: 1 });",
        "await db.collection('a').drop();",
    );
    block_on(async {
        let server = secured(&project.database).await;
        let folder = server.folder.path();
        let trust = format!("tls=true&tlsCAFile={}", encoded(&server.authority.file));
        let certificate = format!(
            "tlsCertificateKeyFile={}",
            encoded(&folder.join("client.pem"))
        );
        let at = |credentials: &str, options: &str| {
            format!(
                "mongodb://{credentials}{}/?directConnection=true&serverSelectionTimeoutMS=4000&{options}",
                server.host
            )
        };
        let user = format!("migrator:{PASSWORD}@");

        for uri in [
            at(
                &user,
                &format!("authMechanism=SCRAM-SHA-256&{trust}&{certificate}"),
            ),
            at(&user, &format!("{trust}&{certificate}")),
            at(
                "",
                &format!("authMechanism=MONGODB-X509&authSource=%24external&{trust}&{certificate}"),
            ),
        ] {
            up(&project, &uri, &["up"]).exits(0).says("1-a.js");
            up(&project, &uri, &["status", "--check"]).exits(0);
            up(&project, &uri, &["down"]).exits(0);
        }

        let stranger = Authority::new(folder, "stranger");
        let foreign = stranger.sign(folder, "foreign", "client", Validity::Now);
        let other_trust = format!("tls=true&tlsCAFile={}", encoded(&stranger.file));
        let other_certificate = format!("tlsCertificateKeyFile={}", encoded(&foreign));
        let refusals = [
            (
                at(&user, &format!("{other_trust}&{certificate}")),
                "CONNECTION_FAILED",
                "`tlsCAFile`",
            ),
            (
                at(&user, &format!("tls=true&{certificate}")),
                "CONNECTION_FAILED",
                "`tlsCAFile`",
            ),
            (
                at(&user, &trust),
                "CONNECTION_FAILED",
                "`tlsCertificateKeyFile`",
            ),
            (
                at(&user, &format!("{trust}&{other_certificate}")),
                "CONNECTION_FAILED",
                "`tlsCertificateKeyFile`",
            ),
            (
                at(&user, &format!("{trust}&{certificate}")).replace("127.0.0.1", "localhost"),
                "CONNECTION_FAILED",
                "the name in the URI",
            ),
            (at(&user, "tls=false"), "CONNECTION_FAILED", "`tls=true`"),
            (
                at(
                    &user.replace(PASSWORD, "wrong"),
                    &format!("{trust}&{certificate}"),
                ),
                "UNAUTHORIZED",
                "check user, password",
            ),
            (
                at(&user, "tls=true&tlsCAFile=%2Fnowhere.pem"),
                "CONFIG_INVALID",
                "/nowhere.pem",
            ),
        ];
        let mut wrong = Vec::new();
        for (uri, code, says) in refusals {
            let output = up(&project, &uri, &["status"]);
            println!("{}", output.stderr.trim());
            if !(output.stderr.contains(code) && output.stderr.contains(says)) {
                wrong.push(format!("expected {code} and {says}, got {}", output.stderr));
            }
        }
        drop(server.sandbox);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn an_expired_certificate_is_named_as_such() {
    let project = Project::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let authority = Authority::new(folder.path(), "authority");
    let expired = authority.sign(folder.path(), "server", "127.0.0.1", Validity::Over);
    // A mongod doesn't start with such a certificate, so the handshake is Node's.
    let program = format!(
        "const pem = require('fs').readFileSync({expired:?}); const server = require('tls').createServer({{ key: pem, cert: pem }}); \
         server.on('tlsClientError', () => {{}}); server.listen(0, '127.0.0.1', () => console.log(server.address().port));"
    );
    let mut node = std::process::Command::new("node")
        .args(["-e", &program])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut port = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(node.stdout.take().expect("it is piped")),
        &mut port,
    )
    .expect("node tells its port");
    let uri = format!(
        "mongodb://127.0.0.1:{}/?tls=true&serverSelectionTimeoutMS=3000&tlsCAFile={}",
        port.trim(),
        encoded(&authority.file)
    );
    let output = up(&project, &uri, &["status"]);
    node.kill().expect("it can be ended");
    node.wait().expect("it ends");
    println!("{}", output.stderr.trim());
    output
        .exits(1)
        .says("CONNECTION_FAILED")
        .says("has expired");
}

#[test]
fn a_server_without_tls_is_named_as_such() {
    let project = Project::new();
    let uri = format!(
        "{}&tls=true&serverSelectionTimeoutMS=4000",
        crate::support::server_uri()
    );
    let output = up(&project, &uri, &["status"]);
    println!("{}", output.stderr.trim());
    output
        .exits(1)
        .says("CONNECTION_FAILED")
        .says("without TLS");
}
