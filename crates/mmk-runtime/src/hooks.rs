//! The hooks of a configuration: functions that live in the isolate where it was evaluated.
//! Source: <https://www.npmjs.com/package/mongo-migrate-kit> 1.3 (names, arguments, order).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mmk_core::ports::Hooks;
use mmk_core::script::ScriptError;
use serde_json::Value;
use serde_json::json;

use crate::engine::Target;
use crate::engine::V8Engine;
use crate::ops::network_rule::NetworkRule;
use crate::ops::permissions::Grant;
use crate::ops::program_rule::ProgramRule;

/// Calls `beforeAll`, `beforeEach`, `afterEach`, `onError` and `afterAll`.
pub struct ConfiguredHooks {
    /// The engine that evaluated the configuration.
    engine: Arc<V8Engine>,
    target: Target,
    permissions: HookPermissions,
}

/// What only the configuration itself could say that its hooks may do.
#[derive(Clone, Debug)]
pub struct HookPermissions {
    pub network: Grant<NetworkRule>,
    pub run: Grant<ProgramRule>,
}

impl ConfiguredHooks {
    /// `engine` must have evaluated the configuration; `target` is what the hooks get as `db` and `client`.
    #[must_use]
    pub fn new(engine: Arc<V8Engine>, target: Target, permissions: HookPermissions) -> Self {
        Self {
            engine,
            target,
            permissions,
        }
    }

    async fn call(&self, name: &str, mut argument: Value) -> Result<(), ScriptError> {
        argument["name"] = name.into();
        argument["database"] = self.target.database.clone().into();
        self.engine
            .call_hook(
                argument,
                self.target.connection.clone(),
                self.permissions.clone(),
            )
            .await
    }
}

#[async_trait]
impl Hooks for ConfiguredHooks {
    async fn before_all(&self) -> Result<(), ScriptError> {
        self.call("beforeAll", json!({})).await
    }

    async fn before_each(&self, name: &str) -> Result<(), ScriptError> {
        self.call("beforeEach", json!({ "file": name })).await
    }

    async fn after_each(&self, name: &str, duration: Duration) -> Result<(), ScriptError> {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.call(
            "afterEach",
            json!({ "file": name, "duration": milliseconds }),
        )
        .await
    }

    async fn on_error(&self, name: &str, error: &ScriptError) -> Result<(), ScriptError> {
        let error = json!({
            "name": error.name,
            "message": error.message,
            "stack": error.stack,
            "code": error.code,
        });
        self.call("onError", json!({ "file": name, "error": error }))
            .await
    }

    async fn after_all(&self) -> Result<(), ScriptError> {
        self.call("afterAll", json!({})).await
    }
}
