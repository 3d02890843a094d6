package desk

import "context"

// Present gives everybody who may sign in, by id, as they are now: for watching
// over lines that outlive the request that opened them. Without password hashes.
func (d *Desk) Present(ctx context.Context) (map[int64]Person, error) {
	var list []Person
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		list, err = tx.ListPeople(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	people := make(map[int64]Person, len(list))
	for _, p := range list {
		if p.DisabledAt == nil {
			p.PasswordHash = ""
			people[p.ID] = p
		}
	}
	return people, nil
}
