package desk

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// placeName is a name with the part that many places share; the name alone tells which.
var placeName = regexp.MustCompile(`(\p{Han}{2,8}?)(?:有限公司|工业园区?|产业园区?|科技园|化工园区?|开发区|化工厂|造纸厂|水泥厂|自来水厂|水厂|电厂|加油站|变电站|收费站|客运站|火车站|地铁站|` +
	`小学|中学|大学|学院|幼儿园|学校|医院|卫生院|养老院|小区|社区|家园|花园|公寓|新村|新城|苑|街道|大道|大桥|立交桥|隧道|高速|路口|广场|商场|超市|市场|大厦|酒店|公园|水库|煤矿|矿井|[路街巷桥村镇乡厂矿港])`)

// above ends the names of the divisions that a place lies in.
var above = regexp.MustCompile(`^.*?(?:省|自治区|市|自治州|县)`)

// ownNames are the names in a place's words that few other places bear: 长虹化工厂,
// not 化工厂, and without the city before it.
func ownNames(place string) []string {
	place = above.ReplaceAllString(above.ReplaceAllString(place, ""), "")
	var list []string
	for _, at := range placeName.FindAllStringSubmatchIndex(place, -1) {
		if name := place[at[0]:at[1]]; utf8.RuneCountInString(name) >= 3 && !vague.MatchString(name) {
			list = append(list, name)
		}
	}
	return list
}

// vague names could stand anywhere.
var vague = regexp.MustCompile(`^(?:我们|我家|附近|旁边|门口|这个|那个|一个|某|老旧|整个|隔壁|对面|楼下|农贸|城市|乡村|公共)|` +
	`^(?:化工|造纸|水泥|钢铁|食品|服装|电子|机械|纺织|印染|自来水|污水处理|垃圾处理|工业|人民|中心|中医|妇幼|实验|农民|建材|批发|百货)(?:厂|园区?|市场|医院|小学|中学|幼儿园|商场|广场|公园)$`)

// sharedPlace says whether a release names the place that an item speaks of, by a name
// of its own. What stands in common, the office's own name, tells no place.
func sharedPlace(places []string, release, common string) bool {
	for _, place := range places {
		if slices.ContainsFunc(ownNames(place), func(name string) bool { return strings.Contains(release, name) && !strings.Contains(common, name) }) {
			return true
		}
	}
	return false
}
