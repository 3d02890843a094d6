package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"huiying/desk"
	"huiying/ingest/hotline/sheet"
	"huiying/ingest/media/daily"
)

// dailyCmd takes a monitoring vendor's daily file (监测日报) apart and brings its mentions in.
type dailyCmd struct {
	databaseFlags
	File   string `arg:"" type:"existingfile" help:"The vendor's file: .docx, .xlsx or .csv."`
	DryRun bool   `help:"Show what each entry would become; bring nothing in."`
	Skip   []int  `help:"Entries to leave out, by their numbers in --dry-run."`
}

func (c dailyCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	list, err := c.read(policy.Office.Location)
	if err != nil {
		return err
	}
	if c.DryRun {
		for i, p := range list {
			at := ""
			if p.Published != nil {
				at = p.Published.In(policy.Office.Location).Format("2006-01-02 15:04")
			}
			fmt.Fprintln(std.out, strings.Join([]string{fmt.Sprint(i + 1), p.Platform, p.Title, p.Author, at, p.URL, told(p.Reads), told(p.Comments), told(p.Shares)}, "\t"))
		}
		return nil
	}
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	count := map[string]int{}
	err = c.withDesk(ctx, log, func(d *desk.Desk) error {
		d.Classifier, d.Discoverer, d.Tree = engine, discoverer, engine.tree
		for i, p := range list {
			if slices.Contains(c.Skip, i+1) {
				continue
			}
			r, err := d.PasteMedia(ctx, desk.Shell, p)
			var status string
			switch {
			case desk.CodeOf(err) == desk.CodeInvalid: // this one; the others aren't harmed
				status = "refused"
				fmt.Fprintf(std.out, "%d\t%s\t%v\t%s\n", i+1, status, err, p.Title)
			case err != nil:
				return err
			default:
				status = r.Status
				fmt.Fprintf(std.out, "%d\t%s\t%d\t%s\n", i+1, status, r.ID, p.Title)
			}
			count[status]++
		}
		return nil
	})
	log.Info("daily file brought in", "entries", len(list), "created", count[desk.StatusCreated], "duplicate", count[desk.StatusDuplicate],
		"updated", count[desk.StatusUpdated], "refused", count["refused"])
	return err
}

// read takes the file apart. Its figures were seen when it was last written.
func (c dailyCmd) read(zone *time.Location) ([]desk.Paste, error) {
	info, err := os.Stat(c.File)
	if err != nil {
		return nil, err
	}
	if info.Size() > daily.MaxFile {
		return nil, desk.Invalid("file", "文件不超过 %d MB", daily.MaxFile>>20)
	}
	file, err := os.ReadFile(c.File)
	if err != nil {
		return nil, err
	}
	return dailyReader{}.ReadDaily(c.File, file, info.ModTime().UTC().Truncate(time.Second), zone)
}

// dailyReader implements desk.DailyReader: a document or a table, by the ending of its name.
type dailyReader struct{}

func (dailyReader) ReadDaily(name string, file []byte, captured time.Time, zone *time.Location) ([]desk.Paste, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".docx":
		return daily.Read(file, captured, zone)
	case ".xlsx", ".csv", ".tsv", ".txt":
	default:
		return nil, desk.Invalid("file", "只收 DOCX、XLSX、CSV 文件；旧版 Word、Excel 文件请另存为 DOCX、XLSX 后再试")
	}
	var rows [][]string
	err := sheet.Reader{}.Cells(file, func(_ int, cells []string) bool {
		rows = append(rows, cloned(cells))
		return len(rows) <= 2*daily.MaxEntries
	})
	if err != nil {
		return nil, err
	}
	return daily.Table(rows, captured, zone)
}

// cloned keeps what is only good until the next row.
func cloned(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = string(bytes.ToValidUTF8([]byte(c), nil))
	}
	return out
}

func told(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}
