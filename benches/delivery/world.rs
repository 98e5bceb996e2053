//! The service as it is measured, with a platform and endpoints that are paused until a run begins.

use serde_json::json;

use crate::support::{Engine, Service};

/// A running service and its platform's endpoints.
pub struct World {
    pub service: Service,
    pub endpoints: Vec<String>,
}

impl World {
    /// Starts the service on an empty database, with these endpoints; each takes all that comes, so many at once.
    pub async fn start(engine: Engine, urls: &[&str], at_once_max: usize) -> Self {
        let service = Service::start(engine).await;
        let platform = json!({ "code": "ali", "name": "平台", "sites": ["taobao"] });
        service.post("/v1/admin/platforms", &service.admin, &platform).await.expect(201);
        let mut world = World { service, endpoints: Vec::new() };
        for url in urls {
            let form = json!({ "url": url, "limits": { "per_second_max": 10_000, "at_once_max": at_once_max } });
            let made = world.service.post("/v1/admin/platforms/ali/endpoints", &world.service.admin, &form).await.expect(201);
            world.endpoints.push(made["id"].as_str().unwrap().to_owned());
        }
        world.pause(0..urls.len()).await;
        world
    }

    /// One more endpoint, with the limits of one that nobody gave any; paused too.
    pub async fn also(&mut self, url: &str) {
        let made = self.service.post("/v1/admin/platforms/ali/endpoints", &self.service.admin, &json!({ "url": url })).await.expect(201);
        self.endpoints.push(made["id"].as_str().unwrap().to_owned());
        let last = self.endpoints.len() - 1;
        self.pause(last..last + 1).await;
    }

    pub async fn pause(&self, which: std::ops::Range<usize>) {
        self.each(which, "pause", json!({ "why": "bench" })).await;
    }

    pub async fn resume(&self, which: std::ops::Range<usize>) {
        self.each(which, "resumption", json!({})).await;
    }

    async fn each(&self, which: std::ops::Range<usize>, act: &str, form: serde_json::Value) {
        for endpoint in &self.endpoints[which] {
            let path = format!("/v1/admin/endpoints/{endpoint}/{act}");
            self.service.post(&path, &self.service.admin, &form).await.expect(201);
        }
    }
}
