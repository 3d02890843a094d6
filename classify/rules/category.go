package rules

import (
	"slices"

	"huiying/desk"
)

// modelled are the classes that the model was trained on.
var modelled = []string{"城乡建设", "交通运输", "环境保护", "劳动和社会保障", "教育文体", "卫生计生", "商贸旅游"}

// categorySet lets words speak beside the model: for the eight classes that the
// model doesn't know, and where the letters that trained it were filed otherwise
// than the taxonomy says. The office's own words speak for the classes too, and lead
// below them.
func categorySet(tree desk.CategoryTree) Set {
	own := newOwnCategories(tree)
	words := newCues(beside(slicesOf(
		group("政法", 3, `红绿灯 交警 交警队 交警大队 信号灯 违章停车 违停 乱停乱放 交通违法 闯红灯 酒驾 醉驾 车管所 驾驶证 行驶证 驾照 车牌 上牌 年检 派出所 公安 公安局 民警 报警 立案 不立案 户口 户籍 落户 身份证 居住证 上户 迁户 法院 检察院 判决 执行难 强制执行 诉讼 律师 司法 仲裁 公证 法律援助 监狱 刑事 诈骗 被骗 盗窃 偷盗 被盗 赌博 麻将馆 卖淫 嫖娼 涉黄 吸毒 贩毒 黑社会 扫黑 恶势力 黑恶 打架 斗殴 殴打 被打 治安 社会治安 高利贷 套路贷 传销 敲诈 勒索 绑架 拐卖 电信诈骗 非法集资 飙车 炸街 鸣笛 禁鸣 限行 限速 超速 违章 电子警察 抓拍 测速 货车限行 渣土车超速 单行线 交通信号 左转 右转 掉头 斑马线 乱停车 停车乱 交通管制 交通秩序 违章停车 货车 重型货车 占道停车 大货车 标线 交通标志 减速带 交通拥堵 堵车 拥堵 养犬 狗咬 遛狗 烈性犬 出入境 护照 签证 消防通道 消防隐患 摩托车 电动车上牌 无牌 驾考 科目二 科目三 扣分 罚单 考场`),
		group("民政", 3, `低保 最低生活保障 五保 特困 孤儿 残疾人 残疾证 残联 残疾 优抚 烈士 退役军人 退伍军人 复员 转业军人 老兵 军属 退伍 义务兵 伤残军人 参战 婚姻登记 结婚登记 离婚登记 民政 民政局 社会救助 临时救助 大病救助 困难救助 养老院 敬老院 养老机构 居家养老 高龄津贴 老年证 优待证 地名 门牌号 区划 行政区划 撤县设市 村委会选举 换届选举 居委会选举 社会组织 慈善 捐款 募捐 救灾 赈灾 殡葬 殡仪馆 公墓 墓地 火化 收养 社工 福利院 流浪 乞讨 留守老人 敬老卡 老人补贴`),
		group("国土资源", 3, `宅基地 征地 土地征收 征收土地 征地补偿 失地 失地农民 土地确权 国土 国土局 国土资源 土地证 土地使用权 土地使用证 违法占地 非法占地 占用耕地 基本农田 耕地 采矿 非法采矿 采石场 采砂 挖沙 矿山 矿产 滑坡 地质灾害 复垦 土地复垦 地震 气象 土地出让`),
		group("农村农业", 3, `农村 农业 农民 农田 水稻 粮食 种粮 粮食直补 惠农 补贴款 农机 种子 化肥 农药 扶贫 贫困户 精准扶贫 建档立卡 脱贫 危房改造 村务 村务公开 村支书 村主任 村干部 土地承包 承包地 承包合同 流转 土地流转 林地 林权 山林 退耕还林 封山 砍伐 森林 渔业 毒鱼 电鱼 养殖 养猪 养猪场 生猪 禽流感 猪瘟 兽医 水利 水利施工 河堤 堤垸 水渠护栏 捕捞 非法捕捞 放毒 渔民 水库 灌溉 水渠 渠道 堤坝 河道 防洪 饮水工程 农村饮水 自来水工程 移民 水库移民 农产品 合作社 乡村振兴 抛荒 沼气 农垦 山塘`),
		group("党务政务", 3, `党员 入党 党组织 党费 党建 组织关系 党支部 宣传部 宗教 寺庙 教堂 少数民族 民族政策 统战 工会 共青团 妇联 侨务 台湾 港澳 政府网站 政府网 政务公开 信息公开 电视台 广播电台 征兵 参军 入伍 国防 人大代表 政协委员 选举 公务员考试 编制 机构改革 国家中心城市 城市定位`),
		group("纪检监察", 4, `贪污 受贿 行贿 贿赂 腐败 以权谋私 滥用职权 渎职 失职 玩忽职守 徇私 徇私舞弊 违纪 纪委 监委 作风 吃拿卡要 官商勾结 包庇 保护伞 侵吞 挪用公款 私分 围标 串标 招投标 大操大办 公款吃喝 公车私用 优亲厚友 买官卖官 索贿 官僚主义 形式主义 吃空饷`),
		group("经济管理", 3, `税务 税务局 纳税 个税 增值税 偷税 逃税 发票 退税 契税 银行 贷款 信用卡 理财 理财产品 P2P 网贷 非法集资 集资 兑付 暴雷 投资款 保险公司 保险理赔 证券 期货 股票 基金 融资 国资 国企改制 破产 企业破产 改制 财政 金融 招商引资 营商环境 安监 煤矿 电价 油价 天然气价格 能源 产业政策 宏观 加油站 成品油 公积金贷款利率 征信 拖欠货款`),
		group("科技与信息产业", 3, `宽带 光纤 移动公司 联通公司 电信公司 中国移动 中国联通 中国电信 手机信号 信号差 基站 通信基站 5G 4G 网络覆盖 网速 断网 流量套餐 话费 携号转网 短信 骚扰电话 软件 信息化 智慧城市 专利 知识产权 商标 科技 科研 高新技术 互联网+ 大数据 电信诈骗号码 APP 系统故障`),
		group("城乡建设", 2, `车位捆绑 捆绑销售 捆绑车位 商品房 精装修 诚意金 认购 毛坯 期房 置业 房价 楼栋 加装电梯 旧区改造 老旧小区 征收协议 业委会 漏水 井盖 占道经营 路灯 城市管理 市容 小区 物业 业主 房产 楼盘 开发商 购房 交房 房屋质量 拆迁 征收 棚改 安置房 公租房 廉租房 违建 违章建筑 路灯 人行道 下水道 自来水 停水 停电 供电 燃气 天然气 公园 绿化 市政 电梯 公积金 公交 公交车 地铁 地铁站 规划 垃圾 环卫 城管 积水 道路破损 修路 停车场 停车位 车位 房产证 不动产 住房 农贸市场`),
		group("交通运输", 2, `农村公路 乡道 村道 道路硬化 公路硬化 组道路 路牌 减速装置 出租车 的士 滴滴 网约车 客运 班车 大巴 高速 高速公路 国道 省道 县道 公路 驾校 快递 物流 邮政 货运 船舶 码头 通村公路 超载 运管`),
		group("环境保护", 3, `污染 噪音 噪声 噪音扰民 施工扰民 深夜施工 晚上施工 光污染 太吵 吵得 养猪场 搅拌站 填埋场 污染水源 扰民 油烟 废水 污水 废气 臭气 异味 恶臭 粉尘 扬尘 排污 偷排 环保 环境 垃圾焚烧 焚烧 辐射 雾霾 夜间施工 渣土`),
		group("劳动和社会保障", 2, `社保 养老保险 医保 医疗保险 失业 工伤 劳动合同 工资 欠薪 拖欠 农民工 退休 退休金 公务员 事业单位 就业 招聘 加班 津贴 补贴 生育保险 职称 人社`),
		group("教育文体", 2.5, `读书 就读 上学 普通话 教师资格 军训 职业技术学院 放假 校长 上课 学业 歌厅 学校 小学 中学 幼儿园 大学 学院 老师 教师 学生 家长 补课 补习 培训 招生 入学 学位 高考 中考 学区 教育 体育 图书馆 文化 歌厅 KTV 网吧 健身 文物`),
		group("卫生计生", 2, `医院 医生 医疗 卫生院 诊所 护士 患者 看病 药品 药店 食品 食品安全 疫苗 计生 二胎 独生子女 社会抚养费 生育 食物中毒 病人 手术 非法行医`),
		group("商贸旅游", 2, `游乐园 百货 游乐 加价 消费者 商家 退款 价格 收费 超市 商场 市场监管 工商 营业执照 假冒 伪劣 虚假宣传 传销 旅游 景区 景点 导游 旅行社 酒店 宾馆 预付卡 会员卡 门票 电梯维保 餐饮`),
	), categorySaid(), taken()))
	known := make([]bool, len(words.tags))
	for i, name := range words.tags {
		known[i] = slices.Contains(modelled, name)
	}
	lists := []*cues{words}
	if own.words != nil {
		lists = append(lists, own.words)
	}
	return Set{Name: "category", Examples: categoryExamples, words: lists, read: func(x *scanned, v *desk.Verdict) {
		c, mine := x.countOpening(words), own.count(x)
		defer func() { own.refine(mine, v) }()
		if v.Category != "" {
			for i := range c.sums {
				if known[i] {
					c.sums[i] *= echo
				}
			}
			if i := slices.Index(words.tags, v.Category); i >= 0 {
				c.sums[i] += modelVoice * v.Confidence["category"]
			}
		}
		best, total := -1, 6.0
		for i, name := range words.tags {
			if !c.loud(i) && name != v.Category {
				c.sums[i] *= untitled
			}
			c.sums[i] += mine.of(name)
			if c.sums[i] > 0 && (best < 0 || c.sums[i] > c.sums[best]) {
				best = i
			}
			total += c.sums[i]
		}
		if best < 0 {
			return
		}
		// How much of all that is said speaks for it tells right from wrong better than
		// the model's own confidence, which knows seven classes only.
		sure(v, "category", categorySure.of(c.sums[best]/total))
		if words.tags[best] == v.Category {
			return
		}
		v.Category = words.tags[best]
		v.SetEvidence(desk.FieldCategory)
		for _, s := range c.spans(v.Category) {
			s.note(v, "category")
		}
	}}
}

const (
	modelVoice = 16  // how much the model's choice weighs, at full confidence, against the words of rules
	echo       = 0.6 // what words of a class that the model knows weigh: it has heard them already
	untitled   = 0.3 // what words weigh when the title has none of the class
)

var categoryExamples = []Example{
	{Title: "路口红绿灯时间太短", Want: "政法"},
	{Title: "咨询低保申请条件", Want: "民政"},
	{Title: "举报村干部贪污挪用公款", Want: "纪检监察"},
	{Title: "小区物业乱收费", Category: "城乡建设", Want: "城乡建设"},
	{Title: "手机信号差", Body: "移动公司基站太少。", Want: "科技与信息产业"},
	{Title: "水库灌溉渠道堵塞", Body: "农田无法灌溉,农民着急。", Want: "农村农业"},
}
