//! Every code a problem can have: its status and what it means, in both languages. A code that is not
//! here cannot be answered; the contract lists the same codes, and a test compares the two.

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it means, in English.
    pub title: &'static str,
    /// In Chinese.
    pub title_zh: &'static str,
}

macro_rules! codes {
    ($($status:literal $code:literal $title:literal $title_zh:literal;)*) => {
        /// Every code, by status.
        pub const CODES: &[Code] = &[$(Code { code: $code, status: $status, title: $title, title_zh: $title_zh },)*];
    };
}

codes! {
    400 "request.malformed" "The request cannot be read" "请求无法读取";
    400 "json.malformed" "The body is not JSON" "请求体不是有效的 JSON";
    400 "multipart.malformed" "The multipart body cannot be read" "multipart 请求体无法读取";
    400 "query.invalid" "The query cannot be read" "查询参数有误";
    400 "idempotency.key_missing" "An Idempotency-Key is needed" "缺少 Idempotency-Key";
    400 "idempotency.key_malformed" "The Idempotency-Key is not one" "Idempotency-Key 格式有误";
    401 "unauthenticated" "A valid key is needed" "需要有效的密钥";
    403 "role.not_allowed" "This account may not do that" "该账号无权进行此操作";
    403 "account.suspended" "The account is suspended" "该账号已停用";
    404 "not_found" "Not found" "未找到";
    405 "method.not_allowed" "This path does not take this method" "该路径不支持此方法";
    408 "request.too_slow" "The request came too slowly" "请求传输过慢";
    409 "complaint.not_possible" "Not possible as the complaint stands" "投诉目前的状态不允许此操作";
    409 "decision.none_proposed" "No decision waits for a second examiner" "没有待第二名判定员确认的判定";
    409 "termination.record_changed" "The record of repetition is another by now" "重复侵权记录已变更，请重新提出";
    409 "listing.duplicate" "Every listing is in a live complaint already" "全部链接已在处理中的投诉里";
    409 "flag.answered" "The flag was answered before" "该标记此前已答复";
    409 "flag.withdrawn" "The flag was taken back before" "该标记此前已撤回";
    409 "erasure.not_final" "The complaint is not final yet" "该投诉尚未终局";
    409 "changed.meanwhile" "It changed meanwhile; try again" "数据已变更，请重试";
    409 "account.own" "Nobody suspends the own account" "不能停用自己的账号";
    409 "account.suspended_already" "The account is suspended already" "该账号已经停用";
    409 "account.not_suspended" "The account is not suspended" "该账号未被停用";
    409 "automation.switched_already" "It stands so already" "自动判定已处于该状态";
    409 "simulation.too_many" "Too many simulations go on already" "正在运行的模拟过多";
    409 "simulation.over" "The simulation is over" "该模拟已经结束";
    409 "exists" "It exists already" "已经存在";
    409 "claim.taken" "Another examiner has it" "已由其他判定员领取";
    409 "claim.not_held" "It is not yours to hand over" "该投诉不在您手中，无法转交";
    409 "bulk.ended" "It was started or stopped before" "该批量判定此前已启动或者停止";
    409 "bulk.not_yours" "Another examiner previewed it" "该批量判定由其他判定员预览";
    409 "note.too_many" "The complaint has too many notes" "该投诉的备注过多";
    409 "reminder.too_many" "The complaint has too many reminders" "该投诉的提醒过多";
    409 "reminder.done" "The reminder was done before" "该提醒此前已办结";
    409 "platform.site_taken" "A site belongs to one platform only" "该站点已归属其他平台";
    409 "register.older" "What is known of the register is of a later day" "登记簿已有更晚日期的信息";
    409 "revocation.recorded" "That was recorded before" "此前已有记录";
    410 "document.erased" "A person it names was erased, and the document with them" "文书所涉个人信息已删除，文书随之删除";
    412 "complaint.changed" "The complaint changed since it was read" "投诉在查看后已有变更";
    412 "if_match.stale" "It changed since it was read" "在查看后已有变更";
    413 "body.too_large" "The body is too large" "请求体过大";
    413 "file.too_large" "A file is too large" "文件过大";
    413 "file.too_many" "Too many files" "文件过多";
    415 "media_type.unsupported" "Not a media type this takes" "不支持的媒体类型";
    422 "body.invalid" "The body does not have the shape asked for" "请求体结构不符合要求";
    422 "notice.invalid" "It cannot be taken as it is" "内容不符合要求";
    422 "policy.invalid" "The policy cannot be stored as it is" "分流策略不符合要求";
    422 "idempotency.key_reused" "This key was used for another request" "该 Idempotency-Key 已用于其他请求";
    422 "multipart.part_twice" "A part came twice" "附件重复";
    422 "multipart.part_missing" "A part is missing" "缺少附件";
    422 "multipart.one_file" "Exactly one file is expected" "只能上传一个文件";
    422 "file.empty" "The file is empty" "文件为空";
    422 "batch.rows" "Too few or too many rows" "批量行数有误";
    422 "referral.incomplete" "Say to whom it is referred, and why" "请写明受转介机构和理由";
    422 "referral.agreement" "Arbitration, and only it, takes an agreement of the parties" "仅仲裁需要且必须附仲裁协议";
    422 "referral.case_file" "No such case file was handed out" "没有出具过该校验值的案卷";
    422 "referral.in_the_future" "The day lies in the future" "日期晚于今日";
    422 "mail.bounce_why" "Say why the mail came back, without addresses" "请说明退信原因，不含邮箱地址";
    422 "field.too_long" "A text is too long" "文字过长";
    422 "list.after" "Not a place in the feed" "不是信息流中的位置";
    422 "list.wait" "The feed does not wait as long" "等待时间超过上限";
    422 "list.too_long" "A list is too long" "列表过长";
    422 "list.limit" "The limit is out of range" "limit 超出范围";
    422 "list.filter" "Not a state or track" "没有这个状态或者轨道";
    422 "bulk.too_many" "The view shows too many complaints" "该视图中的投诉过多";
    422 "four_eyes.sale" "Not days of a year with days before them" "日期或者提前天数有误";
    422 "reasons.list" "The list of reasons cannot be so" "理由代码表不符合要求";
    422 "queue.text" "The text is empty or too long" "检索文字为空或者过长";
    422 "queue.text_broad" "Too much is found by that: say more" "命中过多，请输入更多文字";
    422 "assignment.examiner" "Not an examiner" "不是判定员账号";
    422 "note.text" "Say it in words" "请以文字说明";
    422 "reminder.text" "Say it in words" "请以文字说明";
    422 "reminder.day" "The day is over or too far" "日期已过或者过远";
    422 "list.cursor" "The cursor is not one of this list" "游标不属于该列表";
    422 "erasure.reason" "Say why" "请说明理由";
    422 "flag.text" "Say it in words" "请以文字说明";
    422 "flag.evidence" "Not complaints of the same account" "不是该账号的投诉";
    422 "flag.no_agency" "No agency filed this complaint" "该投诉不是由代理机构提交";
    422 "flag.no_party" "Who complains there is no party here" "投诉人不是本系统的当事人";
    422 "publication.ending" "Not an ending of a decision" "不是判定结果";
    422 "statistics.year" "The year is out of range" "年份超出范围";
    422 "patent.number" "Not a patent number" "专利号有误";
    422 "account.name" "The name is empty or too long" "名称为空或者过长";
    422 "account.mail" "Not a mail address" "不是有效的电子邮箱";
    422 "account.why" "Say why" "请说明原因";
    422 "key.overlap" "The old key would open for too long" "旧密钥的保留时间过长";
    422 "account.platform_required" "This role needs a platform" "该角色必须指定平台";
    422 "account.platform_unknown" "No such platform" "没有这个平台";
    422 "account.platform_out_of_place" "This role has no platform" "该角色不能指定平台";
    422 "platform.code" "Not a code of a platform" "平台代码有误";
    422 "platform_rule.filed_from" "A day before there were patents" "日期早于专利制度实施之日";
    422 "platform.sites" "Not codes of sites" "站点代码有误";
    422 "platform.incomplete" "Name or sites are missing" "缺少名称或者站点";
    422 "endpoint.url_refused" "This address may not be called" "该地址不允许访问";
    422 "endpoint.limit" "An endpoint cannot take that much or little" "接收限额不在允许范围内";
    422 "endpoint.overlap" "Not an overlap of secrets" "密钥并用时间不在允许范围内";
    422 "endpoint.too_many" "The platform has as many endpoints as it may" "该平台的接收地址已达上限";
    422 "redelivery.since" "Not a time from which messages are sent again" "重新推送的起始时间不在允许范围内";
    422 "endpoint.event_type" "Not a kind of dispatch" "没有这种通知类型";
    422 "resolution.lines" "Too few or too many rows" "行数有误";
    422 "resolution.not_asked" "The dispatch does not ask where links lead" "该消息未要求解析链接";
    422 "relisting.no_takedown" "The dispatch asked for no takedown" "该消息未要求采取措施";
    422 "relisting.no_such_listing" "The dispatch has no such listing" "该消息中没有这个链接";
    422 "relisting.site" "Not a site of this platform" "不是该平台的网站";
    422 "relisting.item_id" "Not an item id of that site" "不是该网站的商品编号";
    422 "relisting.shop" "Not the name of a shop" "店铺名称有误";
    422 "acknowledgement.lines" "Too few or too many rows" "回执行数有误";
    422 "authenticity.level" "Not a level a person may grant" "不能授予该真实性等级";
    422 "authenticity.evidence" "Say what the level rests on" "请说明等级的依据";
    422 "authenticity.no_report" "The complaint has no report" "该投诉没有评价报告";
    422 "authenticity.second_person" "Level B needs a second person" "B 级须由第二人确认";
    422 "picture.none" "Not a picture" "不是图片";
    422 "report.page_not_drawn" "The page cannot be drawn" "该页无法显示";
    422 "reading.no_report" "The complaint has no report" "该投诉没有评价报告";
    422 "decision.no_lines" "Name at least one listing" "请至少指定一条链接";
    422 "decision.line_twice" "A listing is named twice" "同一链接重复指定";
    422 "decision.no_reason" "Give a reason" "请给出理由";
    422 "decision.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "decision.determination" "Not a determination an examiner makes" "不是判定员可作出的判定";
    422 "decision.measure" "A measure goes with a takedown only" "措施须与采取措施的请求一并提出";
    422 "decision.deletion_apart" "A deletion of what is decided is asked by itself" "已判定链接的删除须单独提出";
    422 "termination.no_shop" "The listing names no shop of a platform" "该链接未注明平台内店铺";
    422 "termination.no_repetition" "Too few earlier complaints were upheld against the shop" "该店铺没有足够的重复侵权记录";
    422 "track.reason_required" "From complex to simple only with a reason" "由繁转简须说明理由";
    422 "track.same" "It is on that track already" "已在该轨道";
    422 "register.in_the_future" "The day lies in the future" "日期在将来";
    422 "register.source" "Say where it was looked up" "请注明查询来源";
    422 "register.items" "Not numbers of claims or designs" "不是权利要求或者设计的编号";
    422 "patent.kind_not_accepted" "Neither a utility model nor a design" "不是实用新型或者外观设计专利";
    422 "reconsideration.reason_required" "Say why it stays as it is" "请说明维持的理由";
    422 "revocation.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "revocation.text" "Say what was found" "请说明所查明的情况";
    422 "revocation.document" "Name a document you deposited" "请指明您上传的证明文件";
    422 "list.state" "Not a state" "没有这个状态";
    422 "verification.evidence" "Say what it rests on" "请说明核验的依据";
    422 "verification.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "verification.no_reason" "Reasons go with a refusal, and only with one" "不予通过须说明理由，通过则不填";
    422 "verification.no_report" "The right has no report" "该权利没有评价报告";
    422 "oversight.period" "Not a period, or too long a one" "不是有效的期间或者期间过长";
    422 "automation.why" "Say why" "请说明原因";
    422 "simulation.period" "The first day comes after the last" "起始日期晚于截止日期";
    422 "policy.in_the_past" "Not in the past" "不能早于现在";
    422 "withdrawal.no_lines" "Nothing is left to withdraw" "没有可撤回的链接";
    422 "withdrawal.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "account.role" "A seller has no account" "平台内经营者不设账号";
    422 "answer.incomplete" "An answer needs a ground and words" "答辩须有理由和说明";
    422 "authority.document" "Kind, number and authority of the document are expected" "请填写文书种类、文号和出具机关";
    422 "authority.in_the_future" "The document is dated in the future" "文书日期在将来";
    422 "authority.items" "Name the invalid items for an invalidation in part, and only then" "仅部分无效时列明无效的权利要求或者设计";
    422 "calendar.day" "A day is not of the year, or comes twice" "日期不属于该年份或者重复";
    422 "calendar.source" "Say where it was announced" "请注明公布来源";
    422 "extension.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "file.not_found" "No file of yours has this id" "没有找到您的该文件";
    422 "hearing.none" "No hearing was opened" "没有开启答辩程序";
    422 "hearing.reason" "Say why" "请说明理由";
    422 "notification.in_the_future" "The day lies in the future" "日期在将来";
    422 "proceedings.authority" "Name the court or authority" "请写明法院或者主管部门";
    422 "proceedings.not_the_authority" "This centre is not the competent authority" "本中心不是有关主管部门";
    422 "proceedings.nothing_told" "A docket number or a document is expected" "请提供案号或者文书";
    422 "proceedings.number" "The docket number is missing" "缺少案号";
    422 "recusal.by_lead" "Another is recused by a lead examiner" "他人回避须由组长作出";
    422 "recusal.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    422 "review.text" "Say why" "请说明理由";
    422 "seller_access.days" "The number of days is out of range" "天数超出范围";
    422 "seller_access.no_such_listing" "A listing is not in the dispatch" "该链接不在通知中";
    422 "statement.days" "The days cannot be so" "日期不合理";
    422 "statement.missing" "Say what is missing where something is, and only then" "仅在不完备时列明缺少的内容";
    422 "statement.none" "No such statement is under way" "没有进行中的该声明";
    422 "statement.receipt" "A receipt is the complainant's own" "回执只能由权利人作出";
    422 "statement.service_address" "No service address was confirmed" "未确认送达地址";
    422 "statement.which" "Several statements are under way: name one" "有多份声明，请指明";
    422 "statement.wrong_stage" "The statement is not at the step for this" "声明不在相应阶段";
    422 "supplement.missing" "Say exactly what is missing, why, and how to cure it" "请逐项写明缺少的内容、理由和补正办法";
    422 "suspension.unknown_reason" "Not a code of a reason" "没有这个理由代码";
    428 "if_match.missing" "If-Match is needed" "缺少 If-Match";
    429 "rate.limited" "Too many requests" "请求过于频繁";
    500 "internal" "Something went wrong here" "服务内部错误";
    503 "store.unavailable" "The database does not answer" "数据库暂时不可用";
    503 "store.busy" "Too many writes are waiting" "写入排队过多";
    503 "storage.unavailable" "The store of files does not answer" "文件存储暂时不可用";
    507 "storage.full" "There is no room" "存储空间不足";
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|c| c.code == code)
}

/// What a field problem means in Chinese, where whoever found it had English words only.
pub fn field_title_zh(code: &str) -> &'static str {
    match code {
        "field.unknown" => "没有这个字段",
        "field.missing" => "缺少必填字段",
        "field.unknown_word" => "不是允许的取值",
        "field.type" => "类型或者格式不对",
        "field.nul" => "不能包含空字符",
        "policy.too_many_criteria" => "标准过多",
        "policy.duplicate_code" => "标准代码重复",
        "policy.too_deep" => "条件嵌套过深",
        "policy.empty_list" => "条件列表为空",
        "policy.unknown_fact" => "没有这个事实",
        "policy.wrong_type" => "取值类型不对",
        "policy.out_of_range" => "超出允许范围",
        "policy.never_true" => "该条件永远不会成立",
        _ => "内容有误",
    }
}
