package desk

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of refusal an Error is. Adapters map codes, never texts, to
// HTTP statuses, exit codes and screens.
type Code string

// The closed set of codes.
const (
	CodeInvalid         Code = "invalid"         // the input is wrong; Field names where
	CodeUnauthenticated Code = "unauthenticated" // nobody is signed in, or the secret is wrong
	CodeForbidden       Code = "forbidden"       // signed in, but the act is not permitted
	CodeNotFound        Code = "not_found"       // no such thing, or not for this person's eyes
	CodeConflict        Code = "conflict"        // the record has moved on, or a booking clashes
	CodeTooMany         Code = "too_many"        // over capacity; RetryAfter says when to come back
	CodeUnavailable     Code = "unavailable"     // the database or a needed part is away; RetryAfter applies
	CodeInternal        Code = "internal"        // our fault; the cause is logged, never shown
)

// Error is the one error type that reaches people. Text is written for the person
// who must act on it, in Chinese (the catalogue's key); Cause is for the log only.
type Error struct {
	Code       Code
	Field      string        // the input field concerned, as the contract names it; may be empty
	Text       string        // what is wrong and what to do, in the user's words
	Cause      error         // what happened underneath; never shown
	RetryAfter time.Duration // for CodeTooMany and CodeUnavailable
	Args       []any         // values for the verbs in Text, kept apart so that Text stays a catalogue key
}

// Error gives text and cause, for logs.
func (e *Error) Error() string {
	s := e.Message()
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Message is the text with its values, for people.
func (e *Error) Message() string {
	if len(e.Args) == 0 {
		return e.Text
	}
	return fmt.Sprintf(e.Text, e.Args...)
}

// Unwrap lets errors.Is and errors.As see the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf gives the code of the first Error in the chain, CodeInternal for any
// other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Invalid is a refusal of one input field.
func Invalid(field, text string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Text: text, Args: args}
}

// Forbidden is a refusal of an act that the person's roles or scope don't cover.
func Forbidden(text string, args ...any) *Error {
	return &Error{Code: CodeForbidden, Text: text, Args: args}
}

// NotFound says that nothing by that name can be seen by the person asking.
func NotFound(text string, args ...any) *Error {
	return &Error{Code: CodeNotFound, Text: text, Args: args}
}

// Conflict says that the act no longer fits the state of the record, or that a
// booking clashes with another.
func Conflict(field, text string, args ...any) *Error {
	return &Error{Code: CodeConflict, Field: field, Text: text, Args: args}
}

// Unavailable says that a part the act needs is away, and when to try again.
func Unavailable(cause error, retry time.Duration) *Error {
	return &Error{Code: CodeUnavailable, Text: "系统暂时无法保存，请稍后重试，内容未丢失", Cause: cause, RetryAfter: retry}
}
