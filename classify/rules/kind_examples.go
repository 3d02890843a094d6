package rules

import "huiying/desk"

var kindExamples = []Example{
	{Title: "咨询公积金提取问题", Body: "请问离职后如何办理公积金提取?", Want: desk.KindConsult},
	{Title: "举报某饭店无证经营", Body: "该店没有营业执照,长期无证经营。", Want: desk.KindReport},
	{Title: "投诉工地夜间施工扰民", Body: "每天凌晨两点还在施工,严重影响休息。", Want: desk.KindComplaint},
	{Title: "建议增设人行天桥", Body: "学校门口车多,建议增设天桥。", Want: desk.KindSuggestion},
	{Title: "求助:家中老人走失", Body: "恳请帮助寻找。", Want: desk.KindHelp},
	{Title: "表扬公交司机拾金不昧", Body: "衷心感谢这位师傅。", Want: desk.KindPraise},
	{Body: "化工车间炸了,火很大,三四个人受伤,快叫救护车", Want: desk.KindHelp},
	{Body: "城东仓库着火了,赶紧派人来", Want: desk.KindHelp},
	{Body: "救命,有人落水", Want: desk.KindHelp},
	{Title: "投诉消防通道被占", Body: "救护车进不来,多次反映没人管。", Want: desk.KindComplaint}, // no call for one
	{Body: "两车相撞,一人受伤。", Want: desk.KindHelp},
	{Body: "环城路口的灯灭了一排。", Want: desk.KindComplaint}, // a bare statement: the likeliest, with little confidence
	{Body: "婚姻登记处周六上班吗?", Want: desk.KindConsult},
	{Body: "谢谢您的耐心。", Want: desk.KindPraise},
	{Title: "!!!", Body: "110。", Want: ""},
	{Body: "老人的氧气瓶快用完了,能不能先送一瓶过来", Want: desk.KindHelp},
	{Body: "桥断了,寨子里二十几口人断粮两天,能不能派船送点吃的", Want: desk.KindHelp},
	{Body: "孩子发烧四十度,路封了,可不可以安排一辆车", Want: desk.KindHelp},
	{Title: "能否尽快帮我们通上水", Want: desk.KindHelp},
	{Body: "电梯困在八楼和九楼之间,能不能快点来人", Want: desk.KindHelp},
	{Body: "能不能用电子身份证办理落户", Want: desk.KindConsult},
	{Body: "外地户口能不能参加社区的免费体检", Want: desk.KindConsult},
	{Body: "能不能帮我查一下社保缴了几年", Want: desk.KindConsult},
	{Title: "退休后公积金可不可以一次取完", Want: desk.KindConsult},
}
