package webtest

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Print prints the page as the person's printer gets it, on the size that the page asks for and without
// backgrounds, which printers leave out unless told otherwise. It gives the PDF.
func (tab *Tab) Print() []byte {
	tab.t.Helper()
	var pdf []byte
	tab.Do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(false).Do(ctx)
		return err
	}))
	return pdf
}

// Screen takes the tab back from Paper: 1366 × 768, and no emulated medium.
func (tab *Tab) Screen() {
	tab.t.Helper()
	tab.Size(1366, 768)
	tab.Do(emulation.SetEmulatedMedia())
}

var (
	pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)
	pdfSize = regexp.MustCompile(`/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]`)
)

// Sheets is how many pages a PDF has, and the size of its first in points.
func Sheets(pdf []byte) (n int, width, height float64) {
	if m := pdfSize.FindSubmatch(pdf); m != nil {
		width, _ = strconv.ParseFloat(string(m[1]), 64)
		height, _ = strconv.ParseFloat(string(m[2]), 64)
	}
	return len(pdfPage.FindAll(pdf, -1)), width, height
}

// Keep writes what a test made to the folder that HUIYING_SHOTS names, for a look; without one it does nothing.
func (tab *Tab) Keep(name string, content []byte) {
	tab.t.Helper()
	if folder := os.Getenv("HUIYING_SHOTS"); folder != "" {
		tab.save(filepath.Join(folder, name), content)
	}
}
