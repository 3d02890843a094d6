package rules

import "huiying/desk"

// departmentSet ranks who should handle it (谁主管谁负责): words that name a matter of
// one department, over a prior by category.
// The office's duty list speaks louder than what the program knows by itself.
func departmentSet(duties ...desk.Charge) Set {
	var own []cue
	for _, d := range duties {
		for _, w := range d.Words {
			own = append(own, cue{word: w, tag: d.Department, weight: dutyWeight})
		}
	}
	words := newCues(beside(slicesOf(
		group("住建局", 2, `物业 业委会 业主大会 维修基金 房屋质量 交房 购房 房产 楼盘 开发商 精装 精装修 毛坯 车位捆绑 捆绑销售 房产证 不动产 公租房 廉租房 保障房 棚改 限价房 预售 网签 备案价 拆迁 征收 安置 旧城改造 老旧小区 电梯 漏水 开裂 地下室 人防车位 车位 装修 公积金 修路 道路建设 道路维修 道路破损 坑洼 断头路 人行天桥 过街天桥 过街通道 地下通道 天然气 燃气 下水道 排水 内涝 积水 雨污 工程款 建筑工程 施工质量 危房 住房 住房补贴 人才购房 房子 楼板 房屋 高架桥 市政道路 拓宽 路面 建设进度 何时动工 规划建设 提质改造 加装电梯`),
		group("城管局", 2, `违建 违章建筑 违章搭建 私搭乱建 乱搭乱建 占道经营 占道 夜市 摊贩 流动摊贩 烧烤 油烟 夜间施工 施工噪音 施工扰民 扬尘 渣土 渣土车 垃圾 垃圾站 垃圾桶 环卫 清运 卫生死角 路灯 城管 市容 广告牌 光污染 霓虹灯 绿化 绿地 公园 树木 公厕 公共厕所 广场舞 井盖 牛皮癣 小广告 门店 噪音扰民 工地 深夜施工 住改商 餐饮油烟 烟道 脏乱差 人行道 共享单车 店招 招牌`),
		group("交通运输局", 2, `公交 公交车 公交线路 公交站 出租车 的士 网约车 滴滴 客运 班车 大巴 驾校 学车 公路 国道 省道 县道 乡道 通村 水泥路 村道 高速 高速公路 收费站 油补 营运 非法营运 黑车 货运 超载 治超 运管 长途 渡口 码头 公交卡 城铁 磁悬浮 道路硬化 硬化 通组`),
		group("教育局", 2.5, `学校 小学 中学 高中 初中 幼儿园 大学 学院 老师 教师 学生 补课 补习 培训机构 培训班 招生 入学 学位 学区 中考 高考 教育 课后 晚自习 校服 校园 学费 学籍 班主任 乱收费 寒假 暑假 实习 英语 教辅 支教 家长`),
		group("公安局(交警)", 2.5, `红绿灯 交警 信号灯 违停 违章停车 乱停乱放 乱停车 闯红灯 交通违法 酒驾 驾驶证 行驶证 驾照 车牌 上牌 车管所 违章 电子警察 抓拍 测速 限速 限行 禁行 货车通行 交通拥堵 拥堵 堵车 左转 右转 掉头 斑马线 标线 单行 减速带 鸣笛 飙车 逆行 停车难 驾考 科目二 科目三 罚单 扣分 机动车 交通安全 货车 电动车上牌 交通隐患 考场 摩托车 大货车 停放`),
		group("公安局", 2, `派出所 公安 民警 报警 立案 户口 户籍 落户 身份证 居住证 诈骗 被骗 盗窃 被盗 赌博 麻将 麻将馆 卖淫 嫖娼 涉黄 吸毒 贩毒 黑社会 黑恶 打架 殴打 威胁 恐吓 治安 高利贷 套路贷 传销 敲诈 非法集资 集资诈骗 P2P 养犬 恶犬 流浪狗 扒手 协警 辅警 协管员 出入境 护照 消防车 跑路 催收`),
		group("人社局", 2.5, `工资 欠薪 拖欠工资 讨薪 农民工 社保 养老保险 养老金 退休 失业 工伤 劳动合同 劳动仲裁 加班 就业 人才 人才补贴 事业单位招聘 编制 公务员 招考 职称 津贴 绩效 辞退 解雇 五险一金 劳务 技能培训 人社 人力资源 灵活就业 缴费年限 职工`),
		group("医保局", 3, `医保 医疗保险 报销 新农合 农合 异地就医 大病 大病保险 特病 门诊报销 医保卡 合作医疗 生育保险 慢性病 住院报销 尘肺`),
		group("生态环境局", 2.5, `污染 排污 偷排 废水 污水 废气 恶臭 臭气 臭味 异味 粉尘 环评 环保局 环境污染 搅拌站 化工 砖厂 采石 石灰 焚烧 电镀 烟尘 黑烟 水污染 养猪场 养殖场 辐射 变电站 高压线 基站 空气质量 雾霾 噪音污染 危废 冶炼 工业园 环境保护`),
		group("自然资源局", 2.5, `规划 宅基地 土地 国土 征地 采光 容积率 土地证 复垦 用地 采矿 违法占地 公示 红线 规划局 地质灾害 滑坡 测绘 规划许可 日照 间距 规划设计 控规`),
		group("卫健委", 2.5, `医院 医生 医疗 卫生院 诊所 护士 患者 手术 非法行医 计生 二胎 独生子女 社会抚养费 生育 疫苗 卫生室 村医 乡村医生 医患 医闹 代孕 整容 医疗事故 护理假 妇幼 月子中心 规培 口腔`),
		group("市场监管局", 2.5, `消费者 退款 退费 营业执照 无照经营 无证经营 假冒 伪劣 假货 食品安全 食品 过期 价格 乱收费 虚假宣传 虚假广告 市场监管 工商 工商局 质监 预付卡 健身房 会员卡 办卡 消费 商家 欺诈 维修费 食药 药店 保健品 餐饮 电梯故障 网购 霸王条款 停车收费 菜市场 超市 退卡 收费标准`),
		group("水利局", 3, `水利 水库 灌溉 水渠 渠道 河堤 河道 防洪 防汛 采砂 挖沙 抗旱 饮水工程 山塘 水土流失 塘坝 安全饮水 河长 人饮`),
		group("文旅局", 3, `旅游 景区 景点 导游 旅行社 文物 古迹 KTV 歌厅 网吧 图书馆 文化 体育 体育馆 健身器材 电视台 广电 博物馆 演出 球场 游泳馆 娱乐场所 门票 非遗 足球 篮球场`),
		group("区县政府", 1.6, `区政府 县政府 管委会 区委 县委 开发区管委会 片区 整体拆迁 棚户区 安置房分配 县城 开发建设`),
		group("农业农村局", 2.5, `农业 农机 种子 化肥 农药 扶贫 贫困户 养殖 渔业 毒鱼 电鱼 惠农 粮食补贴 种粮 土地承包 承包地 土地流转 合作社 村务公开 农产品 生猪 猪瘟 兽医 农民 田地 村支书 稻田`),
		group("街道乡镇", 1.8, `社区居委会 村委会 街道办 街道办事处 乡政府 镇政府 居委会 社区工作人员 村干部 村主任 社区不作为 证明 村委`),
		group("供电公司", 3.5, `停电 断电 供电 电网 电压 变压器 电力 用电 电费 电表 国网 跳闸 农网`),
		group("水务公司", 3.5, `停水 断水 供水 自来水 水压 水质 水费 水表 自来水公司 水务`),
		group("应急局", 2.5, `安全生产 消防 消防通道 消防隐患 火灾隐患 安监 应急 烟花爆竹 危险品 安全事故 灭火器 矿难 消防设施 爆炸 火灾 起火 失火`),
		group("民政局", 2.5, `低保 五保 特困 孤儿 婚姻登记 结婚登记 民政 社会救助 临时救助 养老院 敬老院 高龄 老年 地名 门牌 殡葬 公墓 墓地 火化 福利院 换届选举 村委会选举 区划 困难家庭 慈善`),
		group("商务局", 2, `农贸市场 商业 商圈 外贸 家政 加油站 招商 会展 再生资源 商业配套 生鲜 菜市场`),
		group("税务局", 3, `税务 纳税 个税 个人所得税 发票 退税 契税 偷税 逃税 税收 增值税`),
		group("信访局", 2, `信访 上访 信访局 信访件 信访办`),
		group("轨道集团", 2.6, `地铁 轨道 地铁站 轨道交通 地铁线 号线 磁悬浮`),
		group("纪委监委", 2.5, `贪污 受贿 腐败 以权谋私 滥用职权 渎职 纪委 违纪 吃拿卡要 围标 串标 招投标 挪用 官商勾结 作风 索贿 公款`),
		group("其他", 3, `退役军人 退伍军人 残联 残疾人 铁路 移动公司 联通公司 电信公司 宽带 邮政 信号基站 法院 检察院 妇联 团委 烈士`),
	), departmentSaid(), taken()))
	lists := []*cues{words}
	if len(own) > 0 {
		lists = append(lists, newCues(own))
	}
	return Set{Name: "departments", Examples: departmentExamples, words: lists, read: func(x *scanned, v *desk.Verdict) {
		defer lead(answers(x, duties, v), v)
		c := x.countOpening(words)
		for name, prior := range priors[desk.CategoryClass(v.Category)] {
			c.sums[c.number(name)] += prior
		}
		total := 4.0
		var top [ranked]int // the best, numbers of tags; those alike in the order of their names
		n := 0
		for i, s := range c.sums {
			if s <= 0 {
				continue
			}
			total += s
			at := n
			for at > 0 && s > c.sums[top[at-1]] {
				at--
			}
			if at < len(top) {
				n = min(n+1, len(top))
				copy(top[at+1:n], top[at:])
				top[at] = i
			}
		}
		if n == 0 {
			return
		}
		known := departmentSure
		if len(x.Title)+len(x.Body) < opening {
			known = departmentBrief
		}
		sure(v, "department", known.of(0.3+0.65*c.sums[top[0]]/total))
		v.Departments = make([]desk.ScoredName, 0, n)
		for k, i := range top[:n] {
			reasons := c.spans(words.tags[i])
			if k >= wordless && len(reasons) == 0 {
				continue
			}
			v.Departments = append(v.Departments, desk.ScoredName{Name: words.tags[i], Score: hundredths(c.sums[i] / total)})
			field := desk.DepartmentField(v, words.tags[i])
			if k > 0 {
				reasons = reasons[:min(len(reasons), 1)]
			}
			for _, s := range reasons {
				s.note(v, field)
			}
			if len(reasons) == 0 { // the category alone decided: its words are the reason
				v.SetReason(field, desk.ReasonCategory)
				if k == 0 {
					copied(v, field, func(f string) bool { return f == desk.FieldCategory })
				}
			}
		}
	}}
}

// wordless is how many departments may stand by the category alone, without a word of their own.
const wordless = 3

// priors say which departments a category usually goes to.
var priors = map[string]map[string]float64{
	"城乡建设":    {"住建局": 4, "城管局": 2, "自然资源局": 1, "交通运输局": 1},
	"交通运输":    {"交通运输局": 6, "公安局(交警)": 1},
	"环境保护":    {"生态环境局": 4, "城管局": 4},
	"劳动和社会保障": {"人社局": 5, "医保局": 2},
	"教育文体":    {"教育局": 5, "文旅局": 2},
	"卫生计生":    {"卫健委": 5, "市场监管局": 2, "医保局": 1},
	"商贸旅游":    {"市场监管局": 5, "文旅局": 2, "商务局": 1},
	"民政":      {"民政局": 5, "其他": 1},
	"政法":      {"公安局": 3, "公安局(交警)": 3},
	"国土资源":    {"自然资源局": 6},
	"农村农业":    {"农业农村局": 4, "水利局": 2},
	"党务政务":    {"区县政府": 2, "其他": 2},
	"纪检监察":    {"纪委监委": 6},
	"经济管理":    {"市场监管局": 1, "税务局": 1, "商务局": 1, "公安局": 1},
	"科技与信息产业": {"其他": 4},
}

var departmentExamples = []Example{
	{Title: "小区物业乱收费", Category: "城乡建设", Want: "住建局"},
	{Title: "路口红绿灯坏了", Category: "政法", Want: "公安局(交警)"},
	{Title: "咨询异地就医报销", Category: "劳动和社会保障", Want: "医保局"},
	{Title: "工地夜间施工扰民", Category: "环境保护", Want: "城管局"},
	{Title: "小区连续停水三天", Category: "城乡建设", Want: "水务公司"},
	{Title: "化工厂偷排废水", Category: "环境保护", Want: "生态环境局"},
	{Title: "你好", Want: ""},
}
