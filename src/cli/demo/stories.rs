//! The stories there are, by name: one for each outcome a complaint can have, and the tour.

use std::future::Future;
use std::pin::Pin;

use anyhow::bail;

use super::story::{Telling, act};
use super::{sides, story};

/// The story that is told when none is asked for.
pub(super) const TOUR: &str = "tour";
/// The word for every story.
const ALL: &str = "all";

type Told<'t> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + 't>>;

/// A story.
pub(super) struct Story {
    name: &'static str,
    title: &'static str,
    tell: for<'t> fn(&'t mut Telling<'_>) -> Told<'t>,
}

macro_rules! stories {
    ($($name:literal $title:literal $tell:path;)+) => {
        /// Every story, in the order they are told.
        const STORIES: &[Story] = &[$(Story { name: $name, title: $title, tell: |t| Box::pin($tell(t)) }),+];
    };
}

stories! {
    "tour" "the tour · 总览" story::tour;
    "supplement" "something is missing, and supplied · 补正后受理" sides::supplement;
    "supplement-missing" "something is missing, and stays so · 逾期未补正" sides::supplement_missing;
    "withdrawal" "the complainant takes it back · 撤回投诉" sides::withdrawal;
    "hearing-refused" "the seller is heard, and there is no infringement · 听取答辩后判定不侵权" sides::hearing_refused;
    "hearing-silence" "the seller is silent, and the case goes on · 逾期未答辩" sides::hearing_silence;
    "four-eyes" "a negative report takes two examiners · 否定性报告须两名判定员" sides::four_eyes;
    "silence-lifts" "a statement, fifteen days of silence, a lift · 声明到达后十五日届满，终止措施" sides::silence_lifts;
    "proof-keeps" "a statement, proof of a suit, and the suit withdrawn · 起诉证明维持措施，后撤诉" sides::proof_keeps;
    "extension" "notarisation takes longer · 等待期延长" sides::extension;
    "platform-forwards" "the platform forwards the statement itself · 平台转送声明" sides::platform_forwards;
    "no-effect" "legitimate source alone · 仅主张合法来源" sides::no_effect;
    "manifest" "manifest evidence, and a lift at once · 明显不侵权，立即终止" sides::manifest;
    "human-review" "an automatic decision, taken to a human · 自动决定的人工复核" sides::human_review;
    "appeal" "an appeal to another examiner · 复核" sides::appeal;
    "judgment" "a judgment, and preservation ended · 生效判决与保全" sides::judgment;
    "deletion" "a judgment that binds the platform, and a deletion by two · 生效判决与删除" sides::deletion;
    "repetition" "a third time: the end of business is proposed, and taken back when its record falls · 多次侵权，建议终止交易和服务；记录不成立时撤回" sides::repetition;
    "invalidated" "the patent is declared invalid · 专利权被宣告无效" sides::invalidated;
}

/// The stories a name means.
///
/// # Errors
/// A name that is none; it lists those there are.
pub(super) fn chosen(name: &str) -> anyhow::Result<Vec<&'static Story>> {
    let found: Vec<&Story> = STORIES.iter().filter(|s| name == ALL || s.name == name).collect();
    if found.is_empty() {
        let all: Vec<String> = STORIES.iter().map(|s| format!("  {:<20} {}", s.name, s.title)).collect();
        bail!("there is no story {name:?}; there are\n{}\n  {ALL:<20} every one", all.join("\n"));
    }
    Ok(found)
}

impl Story {
    /// Tells it.
    pub(super) async fn tell(&self, told: &mut Telling<'_>) -> anyhow::Result<()> {
        act(&format!("——— {} · {}", self.name, self.title));
        told.plays_where(story::Forwarding::Platform);
        (self.tell)(told).await
    }
}
