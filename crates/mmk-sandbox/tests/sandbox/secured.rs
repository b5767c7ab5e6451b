//! Access control and TLS: the sandbox's own connection string works, and nothing less does.

use std::fs;
use std::path::Path;

use bson::doc;
use mmk_sandbox::Authentication;
use mmk_sandbox::Tls;
use mmk_sandbox::Topology;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::DnType;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;

use crate::common;

const PASSWORD: &str = "p@ss:w/rd";

/// Writes an authority and two certificates by it, one for a server on the loopback address and one for a client.
fn write_certificates(folder: &Path) -> Tls {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new([]).expect("parameters");
    authority
        .distinguished_name
        .push(DnType::CommonName, "authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_certificate = authority
        .self_signed(&authority_key)
        .expect("a certificate");
    let ca_file = folder.join("authority.pem");
    fs::write(&ca_file, authority_certificate.pem()).expect("a file");

    let issuer = Issuer::new(authority, authority_key);
    let write = |name: &str, subject: &str| {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new([subject.to_owned()]).expect("parameters");
        // Under the authority's own name it would count as signed by itself.
        parameters
            .distinguished_name
            .push(DnType::CommonName, subject);
        let certificate = parameters.signed_by(&key, &issuer).expect("a certificate");
        let path = folder.join(name);
        fs::write(&path, certificate.pem() + &key.serialize_pem()).expect("a file");
        path
    };
    Tls {
        certificate_key_file: write("server.pem", "127.0.0.1"),
        client_certificate_key_file: Some(write("client.pem", "client")),
        ca_file,
    }
}

async fn can_read(uri: &str) -> bool {
    let client = common::client(&format!("{uri}&serverSelectionTimeoutMS=2000")).await;
    client
        .database("test")
        .list_collection_names()
        .await
        .is_ok()
}

#[tokio::test]
async fn a_secured_set_lets_in_its_user_with_a_certificate_only() {
    let certificates = tempfile::tempdir().expect("a temporary folder");
    let options = common::options()
        .topology(Topology::ReplicaSet { nodes: 2 })
        .tls(write_certificates(certificates.path()))
        .authentication(Authentication {
            user: "root".to_owned(),
            password: PASSWORD.to_owned(),
            key_file: None,
        });
    assert!(!format!("{options:?}").contains(PASSWORD));

    let sandbox = common::start(options).await;

    let uri = sandbox.uri();
    assert!(can_read(&uri).await);
    assert!(
        !can_read(&uri.replace("root:p%40ss%3Aw%2Frd@", "")).await,
        "without a user"
    );
    assert!(
        !can_read(&uri.replace("p%40ss", "guess")).await,
        "with a wrong password"
    );
    let at = uri
        .find("&tlsCertificateKeyFile=")
        .expect("a client certificate");
    assert!(!can_read(&uri[..at]).await, "without a certificate");
    assert!(!format!("{sandbox:?}").contains(PASSWORD));
}

#[tokio::test]
async fn a_standalone_with_access_control_knows_its_user() {
    let options = common::options()
        .topology(Topology::Standalone)
        .authentication(Authentication {
            user: "root".to_owned(),
            password: PASSWORD.to_owned(),
            key_file: None,
        });
    let sandbox = common::start(options).await;
    let things = common::collection(&sandbox).await;
    things
        .insert_one(doc! { "_id": 1 })
        .await
        .expect("an insert");
    assert_eq!(common::count(&things).await, 1);
}
